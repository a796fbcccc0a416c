import { fileURLToPath } from 'node:url';
import type { MeasuredCase, ResultDocument } from '../../src/results/document.ts';
import { loadDocument } from '../../src/results/file.ts';
import { estimateOf } from '../../src/statistics/estimate.ts';
import { createRandom, type Random } from '../../src/statistics/random.ts';
import { documentOf, measured } from '../results/sample-document.ts';

/** A document of results/. */
function recorded(name: string): ResultDocument {
  return loadDocument(fileURLToPath(new URL(`../../results/${name}.json`, import.meta.url)));
}

/** The whole catalogue with phases: 39 cases, two of them unavailable. */
export const catalogue = recorded('xeon-firecracker-6.18-2026-11-catalogue');

/** The article's strategies on the same machine. */
export const seven = recorded('xeon-firecracker-6.18-2026-11');

/** Points without forks, and of some facts nothing. */
export const article = recorded('article-2022');

/** A document whose times are longer by a fraction for some strategies, each sample alike. */
export function slowed(
  document: ResultDocument,
  fractions: Readonly<Record<string, number>>,
): ResultDocument {
  const cases = document.cases.map((each) => {
    const factor = 1 + (fractions[each.strategy] ?? 0);
    if (each.status !== 'measured') return each;
    const { estimate, forks } = each;
    return {
      ...each,
      estimate: {
        ...estimate,
        point: estimate.point * factor,
        low: estimate.low && estimate.low * factor,
        high: estimate.high && estimate.high * factor,
      },
      forks: forks.map((fork) => ({ ...fork, samples: fork.samples.map((sample) => sample * factor) })),
    };
  });
  return { ...document, cases };
}

/** How a case is made up. */
interface MadeCase {
  readonly strategy: string;
  /** Nanoseconds. */
  readonly time: number;
  readonly forks?: number;
  readonly samples?: number;
  /** From the first fork to the last, as a fraction. */
  readonly drift?: number;
  readonly more?: Partial<MeasuredCase>;
}

/** A case of forks that differ by a percent and samples that differ by two. */
function madeCase(
  { strategy, time, forks = 4, samples = 10, drift = 0, more = {} }: MadeCase,
  random: Random,
): MeasuredCase {
  const drawn = Array.from({ length: forks }, (_, fork) => {
    const typical = time * Math.exp(0.01 * random.normal()) * (1 + (drift * fork) / Math.max(1, forks - 1));
    return Array.from({ length: samples }, () => typical * Math.exp(0.02 * Math.abs(random.normal())));
  });
  const estimate = { unit: 'ns/iter' as const, ...estimateOf(drawn, { resamples: 50 }) };
  return {
    ...measured(strategy, [1, 1, 1]),
    estimate,
    forks: drawn.map((all, index) => ({
      pid: 1000 + index,
      cpu: 1,
      iterationsPerSample: 100,
      samples: all.map((sample) => Number(sample.toFixed(3))),
      addresses: {},
    })),
    ...more,
  };
}

/**
 * Two strategies at many sizes: one costs much at once, the other much a page; they cross at about 38 pages.
 */
export function sizesDocument(): ResultDocument {
  const random = createRandom(7);
  const costs = { fixed: [4000, 20], paged: [200, 120] } as const;
  const cases = Object.entries(costs).flatMap(([strategy, [fixed, perPage]]) =>
    [1, 4, 16, 64, 256, 1024].map((pages) =>
      madeCase(
        {
          strategy,
          time: fixed + perPage * pages,
          more: { pages, id: `${strategy}/pages=${pages}` },
        },
        random,
      ),
    ),
  );
  return documentOf(cases);
}

/** Two strategies with ever more threads: one scales, the other waits for a lock. */
export function threadsDocument(): ResultDocument {
  const random = createRandom(8);
  const slowdown = { scales: () => 1, waits: (threads: number) => threads ** 0.8 };
  const cases = Object.entries(slowdown).flatMap(([strategy, of]) =>
    [1, 2, 4, 8].map((threads) =>
      madeCase(
        {
          strategy,
          time: 500 * of(threads),
          more: { threads, id: `${strategy}/pages=4${threads === 1 ? '' : `/threads=${threads}`}` },
        },
        random,
      ),
    ),
  );
  return documentOf(cases);
}

/** Three strategies with tails. */
export function latencyDocument(): ResultDocument {
  const random = createRandom(9);
  const cases = ['rwx', 'reuse', 'memfd'].map((strategy, index) => {
    const time = 100 * 5 ** index;
    const counts: [number, number][] = [
      [time, 90_000],
      [time * 2, 9000],
      [time * 10, 900],
      [time * 100, 10],
    ];
    return madeCase({ strategy, time, more: { latency: { forks: 1, reading: 10, counts } } }, random);
  });
  return documentOf(cases);
}

/** As many cases, forks and samples as a page must bear, with phases and latency. */
export function largeDocument(cases = 50, forks = 20, samples = 200): ResultDocument {
  const random = createRandom(10);
  const [model] = catalogue.cases;
  const phases = model?.status === 'measured' ? model.phases : undefined;
  return documentOf(
    Array.from({ length: cases }, (_, index) =>
      madeCase(
        {
          strategy: `strategy_${index}`,
          time: 100 * 1.1 ** index,
          forks,
          samples,
          drift: index % 10 === 0 ? 0.2 : 0,
          more: {
            ...(phases && { phases }),
            latency: {
              forks: 1,
              reading: 10,
              counts: Array.from({ length: 300 }, (_, place): [number, number] => [
                100 + place * 7,
                300 - place,
              ]),
            },
          },
        },
        random,
      ),
    ),
  );
}
