import { Chalk } from 'chalk';
import type { JudgedPairs } from '../comparison/pairs.ts';
import { formatInterval } from './comparison.ts';
import { formatP, formatPercent } from './format-percent.ts';
import { formatIntervals } from './intervals.ts';
import type { RenderOptions } from './table.ts';

/** A paired comparison: both sides, the ratio with its interval, and what follows. */
export function renderPairs(
  cases: Readonly<Record<'a' | 'b', { readonly id: string }>>,
  judged: JudgedPairs,
  { color }: RenderOptions,
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const { estimates, change, pairs, threshold } = judged;
  const times = formatIntervals([estimates.a, estimates.b], 'full', chalk);
  return [
    `A  ${chalk.green(cases.a.id)}`,
    `   time:   ${times[0]}`,
    `B  ${chalk.green(cases.b.id)}`,
    `   time:   ${times[1]}`,
    `   change: ${formatInterval(change, chalk)} (${formatP(change.p)}, ${pairs} paired forks)`,
    `   ${conclusion(judged)} (threshold ${formatPercent(threshold)})`,
  ].join('\n');
}

function conclusion({ verdict, smallestVisible }: JudgedPairs): string {
  const visible = `could have seen ${formatPercent(smallestVisible)} or more`;
  switch (verdict) {
    case 'regressed':
      return `B is slower than A; ${visible}.`;
    case 'improved':
      return `B is faster than A; ${visible}.`;
    case 'noise':
      return `The difference is within the noise threshold; ${visible}.`;
    case 'none':
      return `No difference detected; ${visible}.`;
  }
}
