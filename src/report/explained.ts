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

/** A strategy on one screen: its program, what was measured, and why it is so. */
export function renderExplanation(
  { title, listing, program, document }: Explained,
  options: RenderOptions,
): string {
  const chalk = new Chalk({ level: options.color ? 1 : 0 });
  const sentences = document.cases.flatMap((each) =>
    each.status === 'measured' ? explanationOf({ program, measured: each, host: document.host }) : [],
  );
  const bullets = sentences.map((sentence) => wrapText(plainText(`- ${sentence}`), options.width, '  '));
  return [
    chalk.bold(plainText(title)),
    listing,
    renderRun(document, options, { counters: true }),
    ...(bullets.length > 0 ? [`${chalk.bold('Why')}\n${bullets.join('\n')}`] : []),
  ].join('\n\n');
}
