import { engineNames, layouts } from '../program/names.ts';
import { allowedCpus } from '../system/cpus.ts';
import { RequestError } from '../system/errors.ts';
import { alternatives } from '../system/spelling.ts';
import { z } from '../vendor/zod.ts';
import { takesParameter, workloadNames } from '../workloads/catalogue.ts';
import type { MeasureOptions } from './user/api.ts';
import { describeMistake } from './user/check.ts';

const whole = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error }).optional();
};
const share = (error: string) => z.number({ error }).positive({ error }).max(10, { error }).optional();
const names = 'a name, a glob, a group or a file, or a list of them';
const pages = 'a whole number from 1 to 65536, or a list of them';
const calls = 'an object with count or share';
const size = z.int({ error: pages }).min(1, { error: pages }).max(65_536, { error: pages });

const schema = z.strictObject(
  {
    strategies: z
      .union([z.string(), z.array(z.string()).min(1, { error: names })], { error: names })
      .optional(),
    pages: z.union([size, z.array(size).min(1, { error: pages })], { error: pages }).optional(),
    forks: whole(1, 1000),
    time: whole(1, 3_600_000),
    precision: share('a share, as 0.02'),
    maxTime: whole(1, 86_400),
    forkTimeout: whole(1, 86_400),
    engine: z.enum(engineNames, { error: alternatives(engineNames) }).optional(),
    layout: z.enum(layouts, { error: alternatives(layouts) }).optional(),
    workload: z
      .string()
      .refine((name) => workloadNames.includes(name), { error: alternatives(workloadNames) })
      .optional(),
    calls: z
      .union(
        [
          z.strictObject({ count: z.int({ error: calls }).min(1, { error: calls }) }),
          z.strictObject({
            share: z.number({ error: calls }).positive({ error: calls }).max(1, { error: calls }),
          }),
        ],
        { error: calls },
      )
      .optional(),
    patches: whole(1, 1024),
    modules: whole(2, 16_384),
    seed: whole(0, 2 ** 32 - 1),
    cpu: whole(0, 8191),
    phases: z.boolean({ error: 'true or false' }).optional(),
    latency: z.boolean({ error: 'true or false' }).optional(),
    signal: z.instanceof(AbortSignal, { error: 'an AbortSignal' }).optional(),
    onRound: z.custom((value) => typeof value === 'function', { error: 'a function' }).optional(),
  },
  { error: 'an object' },
);

/** Throws a RequestError for options that are wrong or do not go together. */
export function checkOptions(options: MeasureOptions): void {
  const [issue] = schema.safeParse(options, { reportInput: true }).error?.issues ?? [];
  if (issue !== undefined)
    throw new RequestError(`run(): ${describeMistake(issue, Object.keys(schema.shape))}`);
  const { workload = 'ret', engine } = options;
  for (const parameter of ['calls', 'patches', 'modules'] as const) {
    if (options[parameter] !== undefined && !takesParameter(workload, parameter))
      throw new RequestError(`run(): ${parameter} means nothing to the workload ${workload}`);
  }
  const instrument = options.phases ? 'phases' : options.latency ? 'latency' : undefined;
  if (engine === 'ffi' && instrument !== undefined)
    throw new RequestError(`run(): ${instrument} needs the engine native`);
}

/** As users give them, in seconds. */
interface GivenLimits {
  readonly maxTime?: number | undefined;
  readonly forkTimeout?: number | undefined;
}

/** As runs keep them. */
export interface TimeLimits {
  /** Milliseconds after which no further round is begun for the precision's sake. */
  readonly maxTimeMs?: number;
  /** Milliseconds after which a fork counts as hung and is killed; by default ample. */
  readonly forkTimeoutMs?: number;
}

/**
 * The limits in milliseconds. `time` is the samples' share of a fork in milliseconds, `name` how the user spells the limit of
 * one. Throws a RequestError for a limit that no fork can keep.
 */
export function timeLimits({ maxTime, forkTimeout }: GivenLimits, time: number, name: string): TimeLimits {
  if (forkTimeout !== undefined && forkTimeout * 1000 <= time)
    throw new RequestError(
      `${name} ${forkTimeout}: the samples of a fork alone take ${time} ms; the nearest is ${Math.floor(time / 1000) + 1}`,
    );
  return {
    ...(maxTime !== undefined && { maxTimeMs: maxTime * 1000 }),
    ...(forkTimeout !== undefined && { forkTimeoutMs: forkTimeout * 1000 }),
  };
}

/**
 * The CPU to measure on: the one asked for, or the last allowed one, since interrupts favour the first.
 * Throws a RequestError for one that is not allowed; `name` is what the user asked with.
 */
export function chooseCpu(wanted?: number, name = '--cpu'): number {
  const allowed = allowedCpus();
  const last = allowed.at(-1) ?? 0;
  if (wanted === undefined) return last;
  if (allowed.includes(wanted)) return wanted;
  const nearest = allowed.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a), last);
  throw new RequestError(
    `${name} ${wanted}: this process may run on CPU ${allowed.join(', ')}; the nearest is ${nearest}`,
  );
}
