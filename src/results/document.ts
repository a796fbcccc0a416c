import { type CostUnit, costUnits } from '../format/numbers.ts';
import { z } from '../vendor/zod.ts';

/** The version of the format that this mapbench writes and reads. */
export const documentSchemaName = 'mapbench/1';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

/**
 * What distinguishes kernel builds of one release, and states of a host; what could not be read is absent.
 */
const fingerprint = z.object({
  /** As `uname -v` prints it. */
  kernelVersion: z.string().optional(),
  compiler: z.string().optional(),
  /** Hexadecimal. */
  buildId: z.string().optional(),
  /** The beginning of the SHA-256 of the configuration, and some of its options. */
  config: z.object({ sha256: z.string(), options: z.record(z.string(), z.string()) }).optional(),
  /** Of the kernel command line, those that move mapping calls. */
  parameters: z.array(z.string()).readonly(),
  processor: z.string().optional(),
  microcode: z.string().optional(),
  /** Of AArch64, what CTR_EL0 says, as `IDC=1 DIC=0`. */
  cacheType: z.string().optional(),
  /** By vulnerability. */
  mitigations: z.record(z.string(), z.string()),
  /** Transparent huge pages of shared memory, and whether a fault waits for one. */
  shmemHugepages: z.string().optional(),
  hugepageDefrag: z.string().optional(),
  numaNodes: count.optional(),
  /** CPUs by kind of core; empty where all are alike. */
  coreKinds: z.record(z.string(), z.string()),
  /** Of the control groups, by file. */
  limits: z.record(z.string(), z.string()),
});

/**
 * What a reader must know of a host to judge its numbers. Sizes in bytes; null = not known, unless it says
 * more.
 */
const hostFacts = z.object({
  cpu: z.string(),
  /** CPUs that could be used. */
  cpus: count.nullable(),
  architecture: z.string(),
  /** The kernel's release, as `6.18.44`. */
  kernel: z.string(),
  /** The hypervisor's name; null = bare metal or not known. */
  virtualisation: z.string().nullable(),
  pageSize: z.int().positive(),
  memory: count.nullable(),
  /** The mode of transparent huge pages: always, madvise or never. */
  transparentHugepages: z.string().nullable(),
  /** 2 MiB pages in the pool. */
  hugePagesTotal: count.nullable(),
  hugePagesFree: count.nullable(),
  /** RLIMIT_MEMLOCK (soft); null = unlimited or not known. */
  memlockBytes: count.nullable(),
  /** The version of Node.js; null where something else measured. */
  node: z.string().nullable(),
  hostname: z.string().optional(),
  fingerprint: fingerprint.optional(),
  /** What else a reader must know, in sentences. */
  notes: z.string().optional(),
});

/** Something about the host that `mapbench doctor` looked at. */
const finding = z.object({
  /** As `governor` or `huge-pages`. */
  id: z.string(),
  /**
   * serious = it makes numbers worse; note = worth knowing, or strategies are unavailable; unknown = cannot
   * be read.
   */
  level: z.enum(['ok', 'note', 'serious', 'unknown']),
  /** What was read, and where. */
  evidence: z.string(),
  /** What it does to numbers or strategies. */
  effect: z.string(),
  /** What changes it. */
  command: z.string().optional(),
});

/** How it was measured, as far as it is known. */
const options = z.object({
  strategies: z.array(z.string()).optional(),
  pages: z.array(z.int().positive()).optional(),
  engine: z.string().optional(),
  layout: z.string().optional(),
  workload: z.string().optional(),
  /** What was chosen about the workload. */
  parameters: z.record(z.string(), z.unknown()).optional(),
  /** Child processes asked for, for every case. */
  forks: count.optional(),
  /**
   * Runs that the document stands for: what stands for a fork is a run, its samples the medians of its forks.
   */
  runs: count.optional(),
  /** Milliseconds. */
  timePerFork: amount.optional(),
  /** The half-width asked for, as a fraction of the estimate. */
  precision: amount.optional(),
  /** After which no round was begun for the precision's sake. */
  maxTimeMs: amount.optional(),
  /** After which a fork counted as hung. */
  forkTimeoutMs: amount.optional(),
  seed: count.optional(),
  threads: z.array(z.int().positive()).optional(),
  background: z.string().optional(),
  processes: z.array(z.int().positive()).optional(),
  policy: z.string().optional(),
  /** Where it was measured, as on the command line; absent = on the host itself. */
  target: z.string().optional(),
  /**
   * What was measured; absent = time. Forks are then boots, and their sample is the least of their batches.
   */
  metric: z.literal('instructions').optional(),
  /** The CPU that the forks were pinned to. */
  cpu: count.optional(),
});

/** What an iteration costs. Bounds are null where only a point is known. */
const estimate = z
  .object({
    unit: z.enum(costUnits),
    point: amount,
    low: amount.nullable(),
    high: amount.nullable(),
    confidence: z.number().gt(0).lt(1).nullable(),
  })
  .refine(({ low, high }) => (low === null) === (high === null), 'expected both bounds or none')
  .refine(
    ({ low, point, high }) => (low ?? point) <= point && point <= (high ?? point),
    'expected low <= point <= high',
  );

/** A fraction with its interval. */
const fractionEstimate = z.object({
  point: z.number(),
  low: z.number(),
  high: z.number(),
  confidence: z.number().gt(0).lt(1),
});

/** One child process of a case. */
const fork = z.object({
  pid: count,
  /** Of one that stands for a whole run: when that began. */
  startedAt: z.iso.datetime().optional(),
  cpu: count,
  iterationsPerSample: z.int().positive(),
  /** Nanoseconds an iteration, in the order in which they were taken. */
  samples: z.array(amount),
  /** What was counted meanwhile, means an iteration by name: times in nanoseconds, the rest as counts. */
  counts: z.record(z.string(), z.number()).optional(),
  /** Where the mappings lay, by name. */
  addresses: z.record(
    z.string(),
    z.string().regex(/^0x[0-9a-f]+$/, 'expected a hexadecimal address, as 0x7f00'),
  ),
  /**
   * Where threads ran, or processes of one thread each. A sample is then a window in which all did:
   * nanoseconds of a load on each loading thread.
   */
  threads: z
    .object({
      loaders: z.array(z.object({ cpu: count, nanosecondsPerLoad: amount })),
      /** Of the threads that did something else: in each window their slowdown, as a fraction. */
      slowdowns: z.array(z.number()),
    })
    .optional(),
});

const caseFacts = z.object({
  /** Stable from run to run, as `memfd/pages=4`. */
  id: z.string(),
  strategy: z.string(),
  workload: z.string(),
  /** What was chosen about the workload, as how many functions are called. */
  parameters: z.record(z.string(), z.unknown()).optional(),
  /** Of the module; null = not known. */
  pages: z.int().positive().nullable(),
  /** Bytes. */
  pageSize: z.int().positive(),
  threads: z.int().positive(),
  /** What the threads beside the loading ones do; absent where the process had none but its own. */
  background: z.enum(['load', 'compute', 'fault', 'run']).optional(),
  /** How many loaded at the same time; absent where it was measured in one, alone. */
  processes: z.int().positive().optional(),
  /** What the processes were put under, as `mdwe,memlock=64K`. */
  policy: z.string().optional(),
  layout: z.string(),
  engine: z.string(),
  /** Which cache maintenance loads did on AArch64; absent = what CTR_EL0 asks for. */
  icache: z.enum(['always', 'single']).optional(),
  /** How the strategy keeps code from being writable and executable at once. */
  wx: z.enum(['flip', 'dual', 'no-write', 'rwx', 'unknown']),
  /** The forks that were measured, also those before a failure. */
  forks: z.array(fork),
});

/** What was counted while the samples ran: means an iteration. */
const counters = z.object({
  minorFaultsPerIteration: amount,
  majorFaultsPerIteration: amount,
  /**
   * Others by name: times in nanoseconds, the rest as counts. `instructions-user` are those in user mode,
   * where instructions are what is measured.
   */
  perIteration: z.record(z.string(), z.number()).optional(),
  /** Mappings (VMAs) of the process, around the last sample. */
  mappings: z.object({ before: count, after: count }).optional(),
  /** Why something is not counted, by name. */
  missing: z.record(z.string(), z.string()).optional(),
});

/** Where an iteration's time goes, by loops that read the cycle counter, in forks of their own. */
const phases = z.object({
  forks: count,
  /** What a reading of the counter takes, in nanoseconds: it is taken off every step. */
  reading: amount,
  /** Nanoseconds of an iteration of the plain loop in the same forks, in turn with the others. */
  iteration: amount,
  /** The steps of the iteration in their order. Nanoseconds an iteration. */
  steps: z.array(
    z.object({
      number: z.int().positive(),
      /** As `mprotect` or `write_module`. */
      name: z.string(),
      /** As C writes it. */
      text: z.string(),
      point: z.number(),
      low: z.number(),
      high: z.number(),
      /** Of instructions, those in user mode. */
      user: amount.optional(),
    }),
  ),
  /** The part of an iteration in which some mapping of the module can be written; absent = not known. */
  writeWindow: z
    .object({
      nanoseconds: z.number(),
      /** Of the steps' sum, in [0, 1]. */
      share: z.number(),
      /** Where the module can be run meanwhile. */
      executable: z.enum(['same mapping', 'alias', 'no']),
    })
    .optional(),
});

/** How long single iterations took, in nanoseconds, a reading of the counter taken off. */
const latency = z.object({
  forks: count,
  reading: amount,
  /** Whole nanoseconds, and how many iterations took so long. */
  counts: z.array(z.tuple([count, count])),
});

/** What a live module weighs: means over several. Bytes, unless it says more. */
const memory = z.object({
  /** How many were weighed. */
  modules: z.int().positive(),
  /** Memory, however often it is mapped; of it shared memory (shmem), and pages of the huge page pool. */
  resident: amount,
  shared: amount,
  huge: amount,
  pageTables: z.number(),
  /** How many mappings (VMAs), without guards of the layout; and descriptors. */
  mappings: amount,
  descriptors: z.number(),
  /** Of the address space. */
  reserved: amount,
  /** The number of live modules at which vm.max_map_count ends it. */
  atMost: count.optional(),
  /** What the process holds more after all were unloaded, in all. */
  left: z.object({ resident: z.number(), mappings: z.number(), descriptors: z.number() }),
  /**
   * What a child of a fork has at the module's place once its parent has loaded the next one, and what that
   * load costs beyond any other: page faults and nanoseconds.
   */
  afterFork: z
    .object({ child: z.enum(['own', 'changed', 'absent']), faults: z.number(), nanoseconds: z.number() })
    .optional(),
});

/** An event that was asked for, a load, in each of the forks that counted it, and the median of these. */
const event = fractionEstimate.extend({ name: z.string(), counts: z.array(z.number()).min(1) });

const measuredCase = caseFacts.extend({
  status: z.literal('measured'),
  /** Of the median of the forks' medians. */
  estimate,
  /** Of the mean of the forks' means. */
  mean: estimate.optional(),
  counters: counters.optional(),
  /**
   * By how much the loads slow the threads down that do something else: a fraction, 1 = they take twice as
   * long.
   */
  slowdown: fractionEstimate.optional(),
  phases: phases.optional(),
  latency: latency.optional(),
  memory: memory.optional(),
  /** Why it is not known what live modules weigh, where that was asked for. */
  noMemory: z.string().optional(),
  events: z.array(event).optional(),
});

const otherCase = caseFacts.extend({
  /** unavailable = this host cannot run it; failed = it broke while it was measured. */
  status: z.enum(['unavailable', 'failed']),
  /** A sentence without the strategy's name. */
  reason: z.string(),
});

/** What the folder that was measured in is at, in git. */
const commit = z.object({
  hash: z.string().regex(/^[0-9a-f]{7,64}$/, 'expected the hash of a commit in hexadecimal'),
  /** Tracked files differed from it. */
  dirty: z.boolean(),
  subject: z.string().optional(),
  /** When it was committed: ISO 8601. */
  date: z.iso.datetime({ offset: true, error: 'expected a time, as 2022-06-14T00:00:00+02:00' }).optional(),
});

const caseResult = z.discriminatedUnion('status', [measuredCase, otherCase]);

/** A result document. Fields that it does not know are ignored. */
export const documentSchema = z.object({
  schema: z.literal(documentSchemaName),
  tool: z.object({ name: z.string().optional(), version: z.string() }),
  /** ISO 8601, UTC. */
  createdAt: z.iso.datetime('expected a time in UTC, as 2022-06-14T00:00:00.000Z'),
  host: hostFacts,
  commit: commit.optional(),
  /** What `--label` says of the run, as `patch: v2`. */
  labels: z.record(z.string(), z.string()).optional(),
  options,
  /** What was found about the host when it measured. */
  findings: z.array(finding).optional(),
  /** Settings that were changed for the length of the run, a sentence each. */
  tuned: z.array(z.string()).optional(),
  /**
   * Milliseconds from the first fork's start to the last one's end, and of these the time that the samples
   * took.
   */
  elapsed: z.object({ total: z.number().positive(), measuring: z.number().nonnegative() }).optional(),
  /** The run was stopped before its end. */
  interrupted: z.boolean().optional(),
  /**
   * Ids of cases that were measured side by side: forks of one index are one process, samples of one index
   * neighbours.
   */
  pairs: z.array(z.object({ a: z.string(), b: z.string() })).optional(),
  cases: z.array(caseResult),
});

export type ResultDocument = z.infer<typeof documentSchema>;
export type HostFacts = z.infer<typeof hostFacts>;
export type HostFinding = z.infer<typeof finding>;
export type CommitFacts = z.infer<typeof commit>;
export type CaseResult = z.infer<typeof caseResult>;
export type MeasuredCase = z.infer<typeof measuredCase>;
export type ForkResult = z.infer<typeof fork>;
export type Estimate = z.infer<typeof estimate>;
export type Counters = z.infer<typeof counters>;
export type Phases = z.infer<typeof phases>;
export type Latency = z.infer<typeof latency>;

/** What the cases of a document, or of some of one, are measured in: one metric for all. */
export function costUnitOf(cases: readonly CaseResult[]): CostUnit {
  for (const each of cases) if (each.status === 'measured') return each.estimate.unit;
  return 'ns/iter';
}
