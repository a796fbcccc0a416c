import { cacheMaintenanceModes, engineNames, layouts } from '../../program/names.ts';
import { RequestError } from '../../system/errors.ts';
import { alternatives } from '../../system/spelling.ts';
import { z } from '../../vendor/zod.ts';
import { workloadNames } from '../../workloads/catalogue.ts';
import { backgroundWork } from '../presets.ts';
import type { MeasureOptions } from './api.ts';
import { describeMistake } from './check.ts';

const whole = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error }).optional();
};
const fraction = (error: string) => z.number({ error }).positive({ error }).max(10, { error }).optional();
const names = 'a name, a glob, a group or a file, or a list of them';
const pages = 'a whole number from 1 to 65536, or a list of them';
const calls = 'an object with count or fraction';
const events = 'the name of an event, as tlb:tlb_flush, or a list of them';
const size = z.int({ error: pages }).min(1, { error: pages }).max(65_536, { error: pages });

const threads = 'a whole number from 1 to 1024, or a list of them';
const count = z.int({ error: threads }).min(1, { error: threads }).max(1024, { error: threads });

const schema = z.strictObject(
  {
    strategies: z
      .union([z.string(), z.array(z.string()).min(1, { error: names })], { error: names })
      .optional(),
    pages: z.union([size, z.array(size).min(1, { error: pages })], { error: pages }).optional(),
    forks: whole(1, 1000),
    time: whole(1, 3_600_000),
    precision: fraction('a fraction, as 0.02'),
    maxTime: whole(1, 86_400),
    forkTimeout: whole(1, 86_400),
    engine: z.enum(engineNames, { error: alternatives(engineNames) }).optional(),
    layout: z.enum(layouts, { error: alternatives(layouts) }).optional(),
    workload: z.enum(workloadNames, { error: alternatives(workloadNames) }).optional(),
    calls: z
      .union(
        [
          z.strictObject({ count: z.int({ error: calls }).min(1, { error: calls }) }),
          z.strictObject({
            fraction: z.number({ error: calls }).positive({ error: calls }).max(1, { error: calls }),
          }),
        ],
        { error: calls },
      )
      .optional(),
    patches: whole(1, 1024),
    modules: whole(2, 16_384),
    seed: whole(0, 2 ** 32 - 1),
    cpu: whole(0, 8191),
    threads: z.union([count, z.array(count).min(1, { error: threads })], { error: threads }).optional(),
    processes: z.union([count, z.array(count).min(1, { error: threads })], { error: threads }).optional(),
    background: z.enum(backgroundWork, { error: alternatives(backgroundWork) }).optional(),
    icache: z.enum(cacheMaintenanceModes, { error: alternatives(cacheMaintenanceModes) }).optional(),
    policy: z.string({ error: 'a text, as mdwe or memlock=64K' }).optional(),
    live: z.boolean({ error: 'true or false' }).optional(),
    phases: z.boolean({ error: 'true or false' }).optional(),
    latency: z.boolean({ error: 'true or false' }).optional(),
    memory: z.boolean({ error: 'true or false' }).optional(),
    event: z.union([z.string(), z.array(z.string()).min(1, { error: events })], { error: events }).optional(),
    signal: z.instanceof(AbortSignal, { error: 'an AbortSignal' }).optional(),
    onRound: z.custom((value) => typeof value === 'function', { error: 'a function' }).optional(),
  },
  { error: 'an object' },
);

/** Throws a RequestError for options that are wrong; what does not go together `planRun` tells. */
export function checkOptions(options: MeasureOptions): void {
  const [issue] = schema.safeParse(options, { reportInput: true }).error?.issues ?? [];
  if (issue !== undefined)
    throw new RequestError(`run(): ${describeMistake(issue, Object.keys(schema.shape))}`);
}
