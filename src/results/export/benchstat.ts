import type { CostUnit } from '../../format/numbers.ts';
import { median } from '../../statistics/descriptive.ts';
import type { MeasuredCase, ResultDocument } from '../document.ts';
import { decimal, distinct, faultsOf, oneLine, sampledCases, settingsOf } from './common.ts';
import type { Exporter } from './exporter.ts';

/**
 * The Go benchmark format (https://go.googlesource.com/proposal/+/master/design/14313-benchmark-format.md):
 * lines of `key: value`, then a line for every fork, so that benchstat's samples are independent of each
 * other. benchstat compares results of different kernels in one table with `-ignore kernel`.
 */
export const benchstat: Exporter = {
  name: 'benchstat',
  summary: 'Go benchmark text, a line a fork, for benchstat',
  kind: 'file',
  export: (document) => [{ path: '', text: [...configOf(document), ...resultsOf(document), ''].join('\n') }],
};

function configOf({ host }: ResultDocument): string[] {
  const { cpu, architecture, kernel } = host;
  const goarch = architecture === 'x64' ? 'amd64' : architecture;
  const config = { goos: 'linux', goarch, pkg: 'mapbench', cpu, kernel };
  return Object.entries(config).map(([key, value]) => `${key}: ${oneLine(value)}`);
}

function resultsOf(document: ResultDocument): string[] {
  const cases = sampledCases(document);
  // As Go numbers sub-benchmarks of one name.
  const names = distinct(
    cases.map(nameOf),
    (name, number) => `${name}#${String(number - 1).padStart(2, '0')}`,
  );
  return cases.flatMap((each, index) => linesOf(`${names[index]}-${each.processes ?? each.threads}`, each));
}

/** Units as Go writes them. */
const perOperation: Readonly<Record<CostUnit, string>> = {
  'ns/iter': 'ns/op',
  'instructions/iter': 'instructions/op',
};

/** A cost is the median of the fork's samples. Page faults are known for the whole case only. */
function linesOf(name: string, measured: MeasuredCase): string[] {
  const faults = faultsOf(measured);
  return measured.forks
    .filter(({ samples }) => samples.length > 0)
    .map(({ samples, iterationsPerSample }) =>
      [
        name,
        samples.length * iterationsPerSample,
        `${decimal(median(samples))} ${perOperation[measured.estimate.unit]}`,
        ...(faults === undefined ? [] : [`${decimal(faults)} pagefaults/op`]),
      ].join(' '),
    );
}

/**
 * `BenchmarkReuseLock/pages=4`, of characters that benchstat and github-action-benchmark's `go` reader take.
 */
function nameOf(measured: MeasuredCase): string {
  const words = measured.strategy.split(/[^A-Za-z0-9]+/);
  const camelCase = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  const settings = settingsOf(measured).replace(/[^\w=.,+/-]/g, '_');
  return `Benchmark${camelCase || 'Strategy'}${settings && `/${settings}`}`;
}
