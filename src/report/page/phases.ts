import type { Phases } from '../../results/document.ts';
import { plainText } from '../text.ts';
import type { ShownCase } from './input.ts';
import { colors, kindColor } from './palette.ts';

/** A case's iteration in parts. Times in nanoseconds. */
export interface PhasedCase {
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
  /** Where it lies in the iteration, as shares. */
  readonly from: number;
  readonly to: number;
  readonly color: string;
}

/** An iteration of more steps is shown by their names, each once. */
const mostSteps = 10;

/** The cases whose steps were timed, with a colour for each name of a step. */
export function phasedCases(cases: readonly ShownCase[]): {
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
  if (all.length <= mostSteps) return all;
  const byName = new Map<string, Step>();
  for (const { name, time } of all) {
    const before = byName.get(name)?.time ?? 0;
    byName.set(name, { name, text: `all ${name}`, time: before + time });
  }
  return [...byName.values()];
}

/** The names that take most of the iterations, as far as there are colours; the others share one. */
function legendOf(cases: readonly (readonly Step[])[]): [name: string, color: string][] {
  const shares = new Map<string, number>();
  for (const steps of cases) {
    const sum = steps.reduce((total, { time }) => total + time, 0) || 1;
    for (const { name, time } of steps) shares.set(name, (shares.get(name) ?? 0) + time / sum);
  }
  const names = [...shares].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  return names.slice(0, colors.kinds.length).map((name, index) => [name, kindColor(index)]);
}
