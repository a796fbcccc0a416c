import type {
  CaseResult,
  ForkResult,
  HostFacts,
  MeasuredCase,
  ResultDocument,
} from '../../src/results/document.ts';

/** A host as this project's own. */
export const host: HostFacts = {
  cpu: 'Intel(R) Xeon(R) Processor',
  cpus: 2,
  architecture: 'x64',
  kernel: '6.18.44',
  virtualisation: 'Firecracker',
  pageSize: 4096,
  memory: 24 * 2 ** 30,
  transparentHugepages: 'madvise',
  hugePagesTotal: 0,
  hugePagesFree: 0,
  memlockBytes: 65_536,
  node: 'v20.20.2',
};

/** One fork with these samples. */
export function forkOf(samples: readonly number[], pid = 4321): ForkResult {
  return {
    pid,
    cpu: 1,
    iterationsPerSample: 1000,
    samples: [...samples],
    addresses: { code: '0x7f0012345000' },
  };
}

const facts = (strategy: string) => ({
  id: `${strategy}/pages=4`,
  strategy,
  workload: 'ret',
  pages: 4 as number | null,
  pageSize: 4096,
  threads: 1,
  layout: 'guarded',
  engine: 'native',
  wx: 'flip' as const,
  forks: [] as ForkResult[],
});

/** A measured case; the bounds are nanoseconds an iteration. */
export function measured(
  strategy: string,
  [low, point, high]: readonly [number, number, number],
  more: Partial<MeasuredCase> = {},
): MeasuredCase {
  return {
    ...facts(strategy),
    status: 'measured',
    forks: [forkOf([low, high], 1), forkOf([point], 2)],
    estimate: { unit: 'ns/iter', low, point, high, confidence: 0.95 },
    counters: { minorFaultsPerIteration: 0, majorFaultsPerIteration: 0 },
    ...more,
  };
}

/** A case that was not measured. */
export function notMeasured(strategy: string, status: 'unavailable' | 'failed', reason: string): CaseResult {
  return { ...facts(strategy), status, reason };
}

/** A document with these cases. */
export function documentOf(cases: CaseResult[], more: Partial<ResultDocument> = {}): ResultDocument {
  return {
    schema: 'mapbench/1',
    tool: { name: 'mapbench', version: '0.1.0' },
    createdAt: '2026-11-22T19:30:00.000Z',
    host,
    options: {
      strategies: cases.map(({ strategy }) => strategy),
      pages: [4],
      engine: 'native',
      layout: 'guarded',
      forks: 2,
      timePerFork: 300,
      seed: 42,
      cpu: 1,
    },
    cases,
    ...more,
  };
}
