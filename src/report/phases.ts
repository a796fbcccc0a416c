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
export function renderPhases(
  cases: readonly MeasuredCase[],
  chalk: ChalkInstance,
  { width, isBrief = false }: { readonly width: number; readonly isBrief?: boolean },
): string {
  const blocks = cases.flatMap(({ id, phases }) =>
    phases === undefined
      ? []
      : [block(plainText(id), isBrief ? shortened(phases) : phases, { chalk, width })],
  );
  return blocks.join('\n\n');
}

/** From this share on the sum of the steps is not the iteration. */
const unlike = 0.1;

const overlapping =
  'the processor runs steps, and the readings between them, in part at once: they need not add up';

type PhaseStep = Phases['steps'][number];

/** Steps on a screen. */
const mostSteps = 12;

/** With the steps of one name as one, and then the cheapest, where there are many. */
function shortened(phases: Phases): Phases {
  if (phases.steps.length <= mostSteps) return phases;
  const names = [...new Set(phases.steps.map(({ name }) => name))];
  const byName = names
    .map((name) => phases.steps.filter((step) => step.name === name))
    .map((steps) => together(steps, `${steps.length} ${steps[0]?.name}`));
  const costs = byName.map(({ point }) => point).sort((a, b) => b - a);
  const least = byName.length <= mostSteps ? 0 : (costs[mostSteps - 2] ?? 0);
  const kept = byName.filter(({ point }) => point >= least);
  const others = byName.filter((step) => !kept.includes(step));
  return { ...phases, steps: [...kept, ...(others.length > 0 ? [together(others, 'others')] : [])] };
}

function together(steps: readonly PhaseStep[], name: string): PhaseStep {
  const sum = (of: 'point' | 'low' | 'high') => steps.reduce((total, step) => total + step[of], 0);
  return { number: 0, name, text: name, point: sum('point'), low: sum('low'), high: sum('high') };
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
  const overlap = Math.abs(sum / iteration - 1) > unlike ? ` (${overlapping})` : '';
  const head = `${id}: the steps take ${formatTime(sum)}, ${formatPercent(sum / iteration)} of the iteration${overlap}; ${formatTime(reading)} taken off each for reading the counter`;
  const wrapped = wrapText(head, width, '  ');
  return [chalk.green(id) + wrapped.slice(id.length), ...lines].join('\n');
}
