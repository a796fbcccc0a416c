import type { ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import { displayUnit, formatIn, formatWith } from '../../format/numbers.ts';
import type { Estimate } from '../../results/document.ts';

/** `[3.301 µs 3.412 µs 3.598 µs]`, `[3.301 3.412 3.598] µs`, or `3.412 µs` alone. */
export type IntervalForm = 'full' | 'short' | 'point';

/** Estimates as `[low estimate high]`, one below the other; without an interval as the estimate alone. */
export function formatIntervals(
  estimates: readonly Estimate[],
  form: IntervalForm,
  chalk: ChalkInstance,
): string[] {
  const format = form === 'full' ? formatWith : formatIn;
  const parts = estimates.map(({ unit: of, low, point, high }) => {
    const unit = displayUnit(point, of);
    const hasInterval = low !== null && high !== null && form !== 'point';
    if (!hasInterval) return { unit, alone: formatWith(point, unit) };
    return { unit, bounds: [low, point, high].map((cost) => format(cost, unit)) };
  });
  const widths = [0, 1, 2].map((place) =>
    Math.max(0, ...parts.map(({ bounds }) => bounds?.[place]?.length ?? 0)),
  );
  return parts.map(({ unit, alone, bounds }) => {
    if (bounds === undefined) return chalk.bold(alone);
    const [low, point, high] = bounds.map((text, place) => text.padStart(widths[place] ?? 0));
    const end = form === 'short' ? `] ${unit}` : ']';
    return `${chalk.dim(`[${low}`)} ${chalk.bold(point)} ${chalk.dim(`${high}${end}`)}`;
  });
}

/** A column of a table: its cells from top to bottom. */
export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  readonly cells: readonly string[];
}

/** Two spaces between columns, a rule under the head, nothing else. */
const light = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', right: '', 'right-mid': '' },
  ...{ middle: '  ', mid: '─', 'mid-mid': '──' },
};

/** Draws columns of equal length, without a line end after the last line. */
export function lightTable(columns: readonly Column[], chalk: ChalkInstance): string {
  const table = new Table({
    head: columns.map(({ head }) => chalk.bold(head)),
    colAligns: columns.map(({ align }) => align),
    chars: light,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  const rows = columns[0]?.cells.length ?? 0;
  for (let row = 0; row < rows; row++) table.push(columns.map(({ cells }) => cells[row]));
  const lines = table.toString().split('\n');
  return lines.map((line, index) => (index === 1 ? chalk.dim(line) : line.trimEnd())).join('\n');
}

/** How a report may be drawn. */
export interface RenderOptions {
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
}
