import { type CostUnit, costNames, formatCost } from '../../../format/numbers.ts';
import { plainText } from '../../../format/text.ts';
import type { Phases } from '../../../results/document.ts';
import * as Plot from '../../../vendor/plot.ts';
import { draw, figure, rowNames, type Size } from '../kit/draw.ts';
import { type Html, html } from '../kit/html.ts';
import { byTime, type SectionMaker, type ShownCase } from '../kit/input.ts';
import { colorLegend, colors, kindColor } from '../kit/symbols.ts';
import { foldedTable } from '../kit/table.ts';

/** Fractions of the steps of an iteration, a bar a case. */
function phasesChart(cases: readonly PhasedCase[], unit: CostUnit, size: Size): Html {
  const names = rowNames(cases, size);
  const parts = cases.flatMap(({ key, sum, parts: all }) =>
    all.map((part) => ({
      ...part,
      key,
      title: `${part.text}: ${formatCost(part.time, unit)}, ${((100 * part.time) / sum).toFixed(0)} %`,
    })),
  );
  const ticks = size.isWide ? [0, 0.2, 0.4, 0.6, 0.8, 1] : [0, 0.5, 1];
  const axis = { ticks, tickFormat: (fraction: number) => `${Math.round(fraction * 100)} %`, tickSize: 0 };
  return draw({
    width: size.width,
    height: cases.length * 24 + 76,
    marginLeft: names.marginLeft,
    marginRight: size.isWide ? 84 : 26,
    marginTop: 30,
    marginBottom: 42,
    x: { domain: [0, 1], label: 'fraction of the iteration' },
    y: { type: 'band', domain: [...names.domain], padding: 0.18 },
    marks: [
      Plot.axisX({ ...axis, anchor: 'top', label: null }),
      Plot.axisX({ ...axis, anchor: 'bottom', labelAnchor: 'center', labelArrow: 'none' }),
      Plot.axisY({ label: null, tickSize: 0, tickFormat: names.tickFormat }),
      Plot.barX(parts, {
        y: 'key',
        x1: 'from',
        x2: 'to',
        fill: 'color',
        insetLeft: 0.5,
        insetRight: 0.5,
        title: 'title',
        className: 'step',
      }),
      Plot.gridX({ ticks, stroke: colors.back, strokeOpacity: 0.5, pointerEvents: 'none' }),
      ...(size.isWide
        ? [
            Plot.text(cases, {
              y: 'key',
              frameAnchor: 'right',
              textAnchor: 'start',
              dx: 10,
              text: ({ sum }: PhasedCase) => formatCost(sum, unit),
              fontVariant: 'tabular-nums',
            }),
          ]
        : []),
    ],
    color: { type: 'identity' },
  });
}

/** A case's iteration in parts, in nanoseconds or instructions. */
interface PhasedCase {
  readonly key: string;
  readonly name: string;
  readonly sum: number;
  readonly parts: readonly PhasePart[];
}

/** A step, or all steps of one name. */
interface PhasePart {
  readonly name: string;
  readonly text: string;
  readonly time: number;
  /** Where it lies in the iteration, as fractions. */
  readonly from: number;
  readonly to: number;
  readonly color: string;
}

/** An iteration of more steps is shown by their names, each once. */
const maxSteps = 10;

/** The cases whose steps were timed, with a colour for each name of a step. */
function phasedCases(cases: readonly ShownCase[]): {
  readonly cases: readonly PhasedCase[];
  readonly legend: readonly (readonly [name: string, color: string])[];
} {
  const timed = cases.flatMap(({ key, name, result: { phases } }) =>
    phases === undefined ? [] : [{ key, name, steps: stepsOf(phases) }],
  );
  const legend = legendOf(timed.map(({ steps }) => steps));
  const colorOf = new Map(legend);
  return {
    legend,
    cases: timed.flatMap(({ key, name, steps }): PhasedCase[] => {
      const sum = steps.reduce((total, { time }) => total + time, 0);
      if (sum === 0) return [];
      let before = 0;
      const parts = steps.map((step): PhasePart => {
        const from = before / sum;
        before += step.time;
        return { ...step, from, to: before / sum, color: colorOf.get(step.name) ?? colors.other };
      });
      return [{ key, name, sum, parts }];
    }),
  };
}

interface Step {
  readonly name: string;
  readonly text: string;
  readonly time: number;
}

/** What a reading of the counter costs is taken off, which can leave less than nothing. */
function stepsOf({ steps }: Phases): Step[] {
  const all = steps.map(({ name, text, point }) => ({
    name: plainText(name),
    text: plainText(text),
    time: Math.max(0, point),
  }));
  if (all.length <= maxSteps) return all;
  const byName = new Map<string, Step>();
  for (const { name, time } of all) {
    const before = byName.get(name)?.time ?? 0;
    byName.set(name, { name, text: `all ${name}`, time: before + time });
  }
  return [...byName.values()];
}

/** The names that take most of the iterations, as far as there are colours; the others share one. */
function legendOf(cases: readonly (readonly Step[])[]): [name: string, color: string][] {
  const fractions = new Map<string, number>();
  for (const steps of cases) {
    const sum = steps.reduce((total, { time }) => total + time, 0) || 1;
    for (const { name, time } of steps) fractions.set(name, (fractions.get(name) ?? 0) + time / sum);
  }
  const names = [...fractions].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  return names.slice(0, colors.kinds.length).map((name, index) => [name, kindColor(index)]);
}

/** Where an iteration's time goes. */
export const phases: SectionMaker = ({ measured, unit }) => {
  const { cases, legend } = phasedCases(byTime(measured));
  if (cases.length === 0) return undefined;
  const id = 'phases';
  const label = 'Fractions that the steps take of an iteration, a bar a case';
  const rows = cases.flatMap(({ name, sum, parts }) => parts.map((part) => ({ ...part, case: name, sum })));
  const named = new Set(legend.map(([name]) => name));
  const entries = rows.every(({ name }) => named.has(name))
    ? legend
    : [...legend, ['other steps', colors.other] as const];
  const figures = foldedTable('The figures: every step', [
    { head: 'case', align: 'left', cells: rows.map((row) => row.case) },
    { head: 'step', align: 'left', isLong: true, cells: rows.map(({ text }) => html`<code>${text}</code>`) },
    { head: costNames[unit], align: 'right', cells: rows.map(({ time }) => formatCost(time, unit)) },
    {
      head: 'fraction',
      align: 'right',
      cells: rows.map(({ time, sum }) => `${((100 * time) / sum).toFixed(0)} %`),
    },
  ]);
  return {
    id,
    title: 'Steps of an iteration',
    how: 'Each bar is an iteration from its first step to its last, each step as wide as its fraction; bars of many steps show each name once.',
    body: html`${colorLegend(entries)}${figure({ section: id, label }, (size) => phasesChart(cases, unit, size))}${figures}`,
  };
};
