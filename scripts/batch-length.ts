/**
 * How the figure depends on the length of a batch: the same strategies in batches of several lengths, each
 * sample in a fresh placement after a tenth of a batch, as in every run. Prints the median of the processes'
 * medians.
 *
 *  npm run batch-length -- [--rounds 5] [--strategy name,…]
 */
import { parseArgs } from 'node:util';
import { Forks } from '../src/runner/forks.ts';
import type { ForkReport } from '../src/runner/message.ts';
import { type Case, planCases } from '../src/runner/plan.ts';
import { chooseCpu } from '../src/runner/request.ts';
import { median } from '../src/statistics/descriptive.ts';
import { findStrategy } from '../src/strategies/catalogue.ts';
import { pageSize } from '../src/system/memory.ts';

/** Milliseconds. */
const lengths = [0.2, 2, 20];
const timePerFork = 300;
const cpu = chooseCpu();
const { signal } = new AbortController();

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    strategy: { type: 'string', default: 'hugetlb,naive,reuse,memfd' },
  },
});
using forks = new Forks({ cpu });

/** Without `iterations`, batches are as long as the runner makes them. */
async function fork(wanted: Case, iterations?: number): Promise<ForkReport> {
  const job = { kind: 'measure', cases: [wanted], time: timePerFork, iterations: [iterations] } as const;
  const outcome = await forks.run(job, { cpu, signal });
  const [report] = outcome.kind === 'measured' ? outcome.forks : [];
  if (report === undefined)
    throw new Error(`${wanted.id}: ${'reason' in outcome ? outcome.reason : outcome.kind}`);
  return report;
}

const strategies = values.strategy.split(',').map((name) => {
  const strategy = findStrategy(name);
  if (strategy === undefined) throw new Error(`no strategy is named ${name}`);
  return { strategy };
});
const options = { pages: [4], layout: 'guarded', engine: 'native', workload: 'ret' } as const;
console.log(`4 pages, medians of ${values.rounds} processes each, interleaved, CPU ${cpu}`);
console.log('strategy  batch ms  iterations   ns/iter');
for (const wanted of planCases(strategies, options, pageSize())) {
  const first = await fork(wanted);
  const perIteration = median(first.samples);
  const setups = lengths.map((length) => ({
    length,
    iterations: Math.max(1, Math.round((length * 1e6) / perIteration)),
    medians: [] as number[],
  }));
  for (let round = 0; round < Number(values.rounds); round++)
    for (const { iterations, medians } of setups)
      medians.push(median((await fork(wanted, iterations)).samples));
  for (const { length, iterations, medians } of setups) {
    const figure = median(medians).toFixed(0);
    console.log(
      `${wanted.strategy.padEnd(9)} ${String(length).padStart(8)}  ${String(iterations).padStart(10)}  ${figure.padStart(8)}`,
    );
  }
}
