import { Chalk } from 'chalk';
import type { JudgedPairs } from '../comparison/pairs.ts';
import { formatChange, formatP, formatPercent } from './comparison.ts';
import { formatIntervals } from './intervals.ts';
import type { RenderOptions } from './table.ts';

/** A paired comparison: both sides, the ratio with its interval, and what follows. */
export function renderPairs(
  cases: Readonly<Record<'a' | 'b', { readonly id: string }>>,
  judged: JudgedPairs,
  { color }: RenderOptions,
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const { estimates, change, blocks, threshold } = judged;
  const times = formatIntervals([estimates.a, estimates.b], 'full', chalk);
  const [low, point, high] = [change.low, change.point, change.high].map(formatChange);
  return [
    `A  ${chalk.green(cases.a.id)}`,
    `   time:   ${times[0]}`,
    `B  ${chalk.green(cases.b.id)}`,
    `   time:   ${times[1]}`,
    `   change: ${chalk.dim(`[${low}`)} ${chalk.bold(point)} ${chalk.dim(`${high}]`)} (${formatP(change.p)}, ${blocks} paired blocks)`,
    `   ${conclusion(judged)} (threshold ${formatPercent(threshold)})`,
  ].join('\n');
}

function conclusion({ verdict, smallestVisible }: JudgedPairs): string {
  if (verdict === 'regressed') return 'B is slower than A.';
  if (verdict === 'improved') return 'B is faster than A.';
  const visible = `could have seen ${formatPercent(smallestVisible)} or more`;
  return verdict === 'noise'
    ? `The difference is within the noise threshold; ${visible}.`
    : `No difference detected; ${visible}.`;
}
