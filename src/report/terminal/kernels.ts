import type { CaseComparison } from '../../comparison/documents.ts';
import type { Matrix, NamedComparison, NamedDocument } from '../../comparison/matrix.ts';
import { stepsThatMoved } from '../../comparison/why.ts';
import { costNames, formatCost, formatPercent } from '../../format/numbers.ts';
import { countOf, plainText, wrapText } from '../../format/text.ts';
import { costUnitOf } from '../../results/document.ts';
import { factsOf } from '../facts.ts';
import { renderMatrix } from './comparison.ts';
import { agreementOf } from './remarks.ts';

/** The same cases under several kernels. */
export interface KernelsReport {
  /** As it was typed. */
  readonly command: string;
  /** The first is what the others are compared with. */
  readonly documents: readonly NamedDocument[];
  readonly matrix: Matrix;
  readonly comparisons: readonly NamedComparison[];
  /** What the kernels say that they are. */
  readonly versions: ReadonlyMap<string, string>;
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

/** Columns of a mail, quoted once. */
const width = 76;

/**
 * Plain text for a mail: what was asked for, of which kernels, what came of it, and what could have been
 * found.
 */
export function renderKernels(report: KernelsReport): string {
  const { command, documents, matrix, versions, refused } = report;
  const cases = documents.flatMap(({ document }) => document.cases);
  const unit = costUnitOf(cases);
  const [first] = documents;
  const indented = (text: string) => wrapText(plainText(text), width, '  ');
  const paragraphs = [
    indented(command),
    first === undefined ? '' : indented(`${costNames[unit]} a load; ${factsOf(first.document).join(', ')}`),
    documents
      .flatMap(({ name }) => {
        const version = versions.get(name);
        return version === undefined ? [] : [indented(`${name}: ${shortVersion(version)}`)];
      })
      .join('\n'),
    documents.length > 0 ? renderMatrix(matrix, { color: false, width }) : '',
    stepLines(report).map(indented).join('\n'),
    reasonLines(report).map(indented).join('\n'),
    documents.length > 0 ? indented(detectable(report)) : '',
    unit === 'instructions/iter'
      ? indented(
          'Instructions of an emulated processor, whose times would mean nothing; what takes no instruction, as a cache miss, is not in them.',
        )
      : '',
    refused.map(({ name, reason }) => indented(`${name}: not measured: ${reason}`)).join('\n'),
  ];
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}

/** A kernel's version without who built it and with what, which are the two remarks in the middle. */
function shortVersion(version: string): string {
  return version.replace(/ \(\S+@\S+\) \(.*\) #/, ' #');
}

/** In which steps each change lies, kernel by kernel. */
function stepLines({ comparisons }: KernelsReport): string[] {
  return comparisons.flatMap(({ name, comparison }) =>
    comparison.cases.filter(isChanged).flatMap((each) => {
      const steps = stepsThatMoved(each.old, each.now).map(({ name: text, old, now }) => {
        const [before, after] = [old, now].map((cost) => formatCost(cost, each.now.estimate.unit));
        return `${text} ${before} -> ${after}`;
      });
      return steps.length === 0 ? [] : [`${name}, ${each.id}: ${steps.join('; ')}`];
    }),
  );
}

const isChanged = ({ verdict }: CaseComparison) => verdict === 'regressed' || verdict === 'improved';

/** Cases that a kernel could not run, a line a reason. */
function reasonLines({ documents }: KernelsReport): string[] {
  const lines = documents.flatMap(({ name, document }) =>
    document.cases.flatMap((each) =>
      each.status === 'measured' ? [] : [`${name}, ${each.strategy}: ${each.status}: ${each.reason}`],
    ),
  );
  // A strategy of several sizes is refused the same.
  return [...new Set(lines)];
}

/** Of two boots that are far apart nothing can be told. */
const maxEffect = 1;

function detectable({ documents, comparisons }: KernelsReport): string {
  const effects = comparisons.flatMap(({ comparison }) =>
    comparison.cases.map(({ minimumDetectable }) => minimumDetectable),
  );
  const measured = documents.flatMap(({ document }) =>
    document.cases.filter((each) => each.status === 'measured'),
  );
  const boots = agreementOf(measured, ({ id }) => id).map(
    ({ subject, sentence }) => `${subject}: ${sentence}`,
  );
  if (effects.length === 0) return boots.join('; ');
  const [least, most] = [Math.min(...effects), Math.max(...effects)].map((effect) =>
    effect > maxEffect ? `more than ${formatPercent(maxEffect)}` : formatPercent(effect),
  );
  return [
    `Minimum detectable effect: ${least === most ? least : `${least} to ${most}`} over ${countOf(effects.length, 'comparison')}`,
    ...boots,
  ].join('; ');
}
