import { type CostUnit, displayUnit, formatRound } from '../../format/numbers.ts';
import { linearTicks, powersFirst, roundValues } from '../../format/ticks.ts';
import type { Box } from '../../statistics/tukey.ts';

/** A scale of times that lies across a number of columns. */
export interface TimeAxis {
  readonly columns: number;
  /** ns */
  readonly low: number;
  /** ns */
  readonly high: number;
  /**
   * The column of a time in ns, from 0; below 0 or beyond the last one for a time that is not on the axis.
   */
  columnOf(time: number): number;
  /** From left to right. */
  readonly ticks: readonly Tick[];
}

/** A column with a label, and where the label begins. */
interface Tick {
  readonly column: number;
  readonly at: number;
  readonly label: string;
}

/** Times that differ by more than this have a logarithmic axis. */
const maxLinear = 10;

/** Columns that a tick takes on a linear axis. */
const columnsPerTick = 14;

/** Of the length of the whiskers. */
const marginFraction = 0.05;

/** A scale from times to where they lie. */
interface Scale {
  readonly isLog: boolean;
  place(time: number): number;
  time(place: number): number;
}

const linear: Scale = { isLog: false, place: (time) => time, time: (place) => place };
// The margin below the least double would be 0, which has no logarithm.
const logarithmic: Scale = {
  isLog: true,
  place: Math.log,
  time: (place) => Math.max(Number.MIN_VALUE, Math.exp(place)),
};

/**
 * An axis for boxes: logarithmic where the whiskers' ends differ by more than ten times. It holds all
 * whiskers, and outliers as far from them as they are long together: one that is far off does not flatten
 * everything else. Throws a RangeError for no boxes.
 */
export function timeAxisOf(boxes: readonly Box[], unit: CostUnit, columns: number): TimeAxis {
  if (boxes.length === 0) throw new RangeError('no boxes');
  const least = Math.min(...boxes.map(({ low }) => low));
  const most = Math.max(...boxes.map(({ high }) => high));
  const scale = least > 0 && most / least > maxLinear ? logarithmic : linear;
  const [from, to] = placesOf(boxes, scale, [least, most]);
  // A round time at an end has a tick, whatever its logarithm lost.
  const timeAt = (place: number) => Number(scale.time(place).toPrecision(12));
  const [low, high] = [timeAt(from), timeAt(to)];
  const columnOf = (time: number) => {
    const fraction = (scale.place(time) - from) / (to - from);
    if (fraction < 0) return -1;
    return fraction > 1 ? columns : Math.round(fraction * (columns - 1));
  };
  const textOf = (cost: number) => formatRound(cost, displayUnit(scale.isLog ? cost : high, unit));
  const ticks = scale.isLog
    ? placed(powersFirst(roundTimes(low, high)), columnOf, columns, textOf)
    : placed(linearTicks(low, high, columns / columnsPerTick), columnOf, columns, textOf);
  return { columns, low, high, columnOf, ticks };
}

/** Where the axis begins and ends, on its scale. */
function placesOf(
  boxes: readonly Box[],
  scale: Scale,
  [least, most]: readonly [number, number],
): [from: number, to: number] {
  // Then the scale is linear: a place is a time.
  if (least === most) {
    const around = [least * 0.9, most * 1.1] as const;
    // Around 0 and the least double there is no other.
    return around[0] < around[1] ? [...around] : [0, 1];
  }
  const [from, to] = [scale.place(least), scale.place(most)];
  const length = to - from;
  const outliers = boxes.flatMap(({ mild, severe }) => [...mild, ...severe]).map(scale.place);
  const near = outliers.filter((place) => place >= from - length && place <= to + length);
  // Room at an end for a mark that there are more.
  const margin = (isFar: (place: number) => boolean) => (outliers.some(isFar) ? length * marginFraction : 0);
  // Outliers can be more than a call takes arguments.
  const low = near.reduce((a, b) => Math.min(a, b), from);
  const high = near.reduce((a, b) => Math.max(a, b), to);
  return [low - margin((place) => place < from - length), high + margin((place) => place > to + length)];
}

/** 1, 2 and 5 times the powers of ten within bounds. */
function roundTimes(low: number, high: number): number[] {
  return roundValues(low, high).filter((time) => time >= low && time <= high);
}

/** Ticks with labels below them as far as they have room, those named first before the others. */
function placed(
  times: readonly number[],
  columnOf: (time: number) => number,
  columns: number,
  textOf: (cost: number) => string,
): Tick[] {
  const ticks: Tick[] = [];
  for (const time of times) {
    const label = textOf(time);
    const column = Math.max(0, Math.min(columnOf(time), columns - 1));
    const at = Math.max(0, Math.min(column - (label.length >> 1), columns - label.length));
    const hasRoom = ticks.every(
      (tick) => at + label.length + 1 < tick.at || tick.at + tick.label.length + 1 < at,
    );
    if (hasRoom) ticks.push({ column, at, label });
  }
  return ticks.sort((a, b) => a.column - b.column);
}
