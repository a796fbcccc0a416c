import { type CostUnit, costNames, displayUnit, formatRound } from '../../../format/numbers.ts';
import { linearTicks, roundValues } from '../../../format/ticks.ts';
import * as Plot from '../../../vendor/plot.ts';
import type { Size } from './draw.ts';
import { type Html, html } from './html.ts';
import { colors } from './symbols.ts';

/** The range of an axis, both ends above 0 for a logarithmic one. */
export type Domain = readonly [number, number];

/**
 * The range of positive values with some room around them, for a logarithmic axis; undefined if there are
 * none.
 */
export function logDomain(values: readonly number[], room = 0.04): Domain | undefined {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) return undefined;
  const least = positive.reduce((a, b) => Math.min(a, b));
  const most = positive.reduce((a, b) => Math.max(a, b));
  const margin = Math.max((most / least) ** room, 1.02);
  return [least / margin, most * margin];
}

/** In a decade, from the densest to the sparsest. */
const mantissas = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]] as const;

/** Ticks of a logarithmic axis: round numbers, as many as there is room for. */
export function logTicks([low, high]: Domain, most: number): number[] {
  if (high / low < 4) return linearTicks(low, high, most);
  const isInside = (tick: number) => tick >= low && tick <= high;
  for (const digits of mantissas) {
    const shown = roundValues(low, high, digits).filter(isInside);
    if (shown.length <= most) return shown;
  }
  const powers = roundValues(low, high, [1]);
  const step = Math.ceil(powers.length / most);
  return powers.filter((power) => Math.round(Math.log10(power)) % step === 0 && isInside(power));
}

/** Powers of two within a range, as few as there is room for. */
export function binaryTicks([low, high]: Domain, most: number): number[] {
  const [first, last] = [Math.ceil(Math.log2(low)), Math.floor(Math.log2(high))];
  const all = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  const step = Math.max(1, Math.ceil(all.length / most));
  return all.filter((_, index) => index % step === 0).map((power) => 2 ** power);
}

/** The legend of colours in an order. */
export function orderScale(what: string, first: string, last: string): Html {
  const steps = colors.order.map((color) => html`<i style="background:${color}"></i>`);
  return html`<ul class="legend"><li>${first} ${what} <span class="steps" aria-hidden="true">${steps}</span> ${last}</li></ul>`;
}

/** A logarithmic axis of costs and what draws it. */
export interface CostAxes {
  readonly scale: Plot.ScaleOptions;
  readonly marks: readonly Plot.Markish[];
}

/** What an axis shows of a cost; `an iteration, log scale` after its name. */
export function costLabel(unit: CostUnit, rest: string): string {
  return `${costNames[unit]} ${rest}`;
}

/** A round cost, each in the unit that suits it. */
export function tickText(cost: number, unit: CostUnit): string {
  return formatRound(cost, displayUnit(cost, unit));
}

/** A horizontal axis of costs at the top and at the bottom of a chart, with its lines. */
export function costAxes(costs: readonly number[], unit: CostUnit, { isWide }: Size, rest: string): CostAxes {
  const domain: Domain = logDomain(costs) ?? [1, 10];
  const ticks = logTicks(domain, isWide ? 9 : 4);
  // As `text`: of a `tickFormat` Plot leaves out what d3 would, whatever ticks are asked for.
  const axis = { ticks, text: (cost: number) => tickText(cost, unit), tickSize: 0 };
  return {
    scale: { type: 'log', domain: [...domain], label: costLabel(unit, rest) },
    marks: [
      Plot.gridX({ ticks, stroke: colors.line, strokeOpacity: 1 }),
      Plot.axisX({ ...axis, anchor: 'top', label: null }),
      Plot.axisX({ ...axis, anchor: 'bottom', labelAnchor: 'center', labelArrow: 'none' }),
    ],
  };
}
