import type { ChalkInstance } from 'chalk';
import type { MeasuredCase, Phases } from '../results/document.ts';
import { formatPercent } from './format-percent.ts';
import { formatTime, timeUnit } from './format-time.ts';
import { plainText, wrapText } from './text.ts';

/** Columns of a bar that is the whole iteration. */
const barWidth = 30;

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of eighths of a block, for a share in [0, 1]. */
export function bar(share: number, width: number): string {
  const units = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return '█'.repeat(Math.floor(units / 8)) + (eighths[units % 8] ?? '');
}

/** Each case's steps with their times, shares and bars. */
export function renderPhases(cases: readonly MeasuredCase[], chalk: ChalkInstance, width: number): string {
  const blocks = cases.flatMap(({ id, phases }) =>
    phases === undefined ? [] : [block(plainText(id), phases, { chalk, width })],
  );
  return blocks.join('\n\n');
}

function block(
  id: string,
  { steps, reading, iteration }: Phases,
  { chalk, width }: { chalk: ChalkInstance; width: number },
): string {
  const sum = steps.reduce((total, { point }) => total + point, 0);
  const names = steps.map(({ name }) => name);
  const nameWidth = Math.max(...names.map((name) => name.length));
  const times = steps.map(({ point }) => formatTime(Math.max(0, point), timeUnit(sum)));
  const timeWidth = Math.max(...times.map((time) => time.length));
  const lines = steps.map(({ name, point }, index) => {
    const share = point / sum;
    const percent = `${(share * 100).toFixed(0)} %`.padStart(5);
    return `  ${name.padEnd(nameWidth)}  ${times[index]?.padStart(timeWidth)} ${percent}  ${chalk.cyan(bar(share, barWidth))}`;
  });
  const head = `${id}: the steps take ${formatTime(sum)}, ${formatPercent(sum / iteration)} of the iteration; ${formatTime(reading)} taken off each for reading the counter`;
  const wrapped = wrapText(head, width, '  ');
  return [chalk.green(id) + wrapped.slice(id.length), ...lines].join('\n');
}
