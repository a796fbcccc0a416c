import { Chalk } from 'chalk';
import type { Program } from '../program/step.ts';
import type { ResultDocument } from '../results/document.ts';
import { explanationOf } from './explanation.ts';
import { type RenderOptions, renderRun } from './table.ts';
import { plainText, wrapText } from './text.ts';

/** What is explained: a strategy's program and the run of its one case. */
export interface Explained {
  readonly title: string;
  readonly listing: string;
  readonly program: Program;
  readonly document: ResultDocument;
}

/** Lines of a screen. */
const screen = 50;

/** Rows of a histogram on a screen with room. */
const mostRows = 10;

/** A strategy on one screen: what was measured, and why it is so; `verbose` also its program, and every row. */
export function renderExplanation(
  { title, listing, program, document }: Explained,
  options: RenderOptions & { readonly verbose?: boolean },
): string {
  const chalk = new Chalk({ level: options.color ? 1 : 0 });
  const sentences = document.cases.flatMap((each) =>
    each.status === 'measured' ? explanationOf({ program, measured: each, host: document.host }) : [],
  );
  const bullets = sentences.map((sentence) => wrapText(plainText(`- ${sentence}`), options.width, '  '));
  const head = chalk.bold(wrapText(plainText(title), options.width, '  '));
  const why = bullets.length > 0 ? [`${chalk.bold('Why')}\n${bullets.join('\n')}`] : [];
  if (options.verbose)
    return [head, listing, renderRun(document, options, { counters: true }), ...why].join('\n\n');
  const withRows = (rows: number) =>
    [head, renderRun(document, options, { counters: true, rows }), ...why, rest].join('\n\n');
  let text = withRows(mostRows);
  for (let rows = mostRows - 1; text.split('\n').length > screen && rows >= 0; rows--) text = withRows(rows);
  return text;
}

const rest = '--verbose shows its program, every row and every counter.';
