import type { ChalkInstance } from 'chalk';
import type { Cause, Moved } from '../../comparison/why.ts';
import {
  type CostUnit,
  displayUnit,
  formatIn,
  formatPercent,
  formatSignificant,
  formatWith,
} from '../../format/numbers.ts';
import { plainText, wrapText } from '../../format/text.ts';

/** Causes that are shown of a case at most: what follows explains little. */
const maxCauses = 12;

/** What a change may come from, a line each, the head first; or what to measure where nothing is known. */
export function renderCauses(
  causes: readonly Cause[],
  unit: CostUnit,
  { width, chalk }: { readonly width: number; readonly chalk: ChalkInstance },
): string[] {
  if (causes.length === 0)
    return [
      wrapText(
        'nothing that was measured moved with it; --phases on both sides tells the steps',
        width,
        '  ',
      ),
    ];
  const more = causes.length - maxCauses;
  const lines = causes.slice(0, maxCauses).map((cause) => {
    const text = wrapText(plainText(`${cause.kind} ${causeText(cause, unit)}`), width, '  ');
    return text.startsWith(cause.kind) ? chalk.bold(cause.kind) + text.slice(cause.kind.length) : text;
  });
  return more > 0 ? [...lines, `${more} more`] : lines;
}

function causeText(cause: Cause, unit: CostUnit): string {
  return 'difference' in cause ? movedText(cause, unit) : `${cause.name}: ${cause.old} against ${cause.now}`;
}

/** As `mprotect(…): 1.201 µs to 1.665 µs, +0.464 [+0.410 +0.518] µs, 96 % of the change`. */
function movedText(moved: Moved, unit: CostUnit): string {
  const { kind, name, old, now, difference, fraction } = moved;
  const isCost = (kind !== 'counter' && kind !== 'event') || fraction !== undefined;
  const scale = displayUnit(Math.max(Math.abs(old), Math.abs(now)), unit);
  const [plain, full] = isCost
    ? [(value: number) => formatIn(value, scale), (value: number) => formatWith(value, scale)]
    : [countText, countText];
  const signed = (value: number) => `${value < 0 ? '-' : '+'}${plain(Math.abs(value))}`;
  const { low, point, high } = difference;
  const interval = low === high ? '' : ` [${signed(low)} ${signed(high)}]`;
  const part = fraction === undefined ? '' : `, ${formatPercent(fraction)} of the change`;
  return `${name}: ${full(old)} to ${full(now)}, ${signed(point)}${interval}${part}`;
}

function countText(value: number): string {
  return Math.abs(value) < 0.005 ? '0' : formatSignificant(value, 3);
}
