/**
 * What other mappings of the measured process cost: the article's seven in processes that have none beside
 * the measured ones, and in processes that have as many as a large runtime, in turn.
 *
 *  npx tsx scripts/address-space.ts [--others 0,100,1000,10000] [--forks 20] [--strategy name,…]
 */
import { parseArgs } from 'node:util';
import { NativeCode } from '../src/program/native/engine.ts';
import { Bench } from '../src/runner/bench.ts';
import { carryOut } from '../src/runner/carry-out.ts';
import { planCases } from '../src/runner/plan.ts';
import { chooseCpu } from '../src/runner/request.ts';
import { median, quantile } from '../src/statistics/descriptive.ts';
import { articleStrategies, findStrategy } from '../src/strategies/catalogue.ts';
import { MAP, PROT } from '../src/system/constants.ts';
import { keepOff } from '../src/system/cpus.ts';
import { hostFacts } from '../src/system/host.ts';
import { hostArchitecture } from '../src/system/syscalls.ts';
import { type MeasuredProcess, maxOperations, type Operation } from '../src/target/measured-process.ts';
import { StubProcess } from '../src/target/stub-process.ts';

const { values } = parseArgs({
  options: {
    others: { type: 'string', default: '0,100,1000,10000' },
    forks: { type: 'string', default: '20' },
    strategy: { type: 'string', default: articleStrategies.join(',') },
  },
});
const counts = values.others.split(',').map(Number);
const architecture = hostArchitecture() ?? 'x64';
const host = hostFacts();
const cpu = chooseCpu();
const { signal } = new AbortController();

/** Maps single pages of two protections by turns, which do not merge, and touches every other one. */
async function mapOthers(target: MeasuredProcess, count: number): Promise<void> {
  const flags = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS;
  for (let made = 0; made < count; made += maxOperations) {
    const operations = Array.from(
      { length: Math.min(maxOperations, count - made) },
      (_, index): Operation => {
        const isWritten = index % 2 === 0;
        const prot = isWritten ? PROT.PROT_READ | PROT.PROT_WRITE : PROT.PROT_READ;
        return {
          call: 'mmap',
          args: [0, host.pageSize, prot, isWritten ? flags | MAP.MAP_POPULATE : flags, -1, 0],
        };
      },
    );
    await target.run(operations);
  }
}

async function measureBeside(count: number, name: string): Promise<number | string> {
  const strategy = findStrategy(name);
  if (strategy === undefined) throw new Error(`no strategy is named ${name}`);
  const options = { layout: 'guarded', engine: 'native', workload: 'ret', pages: [4] } as const;
  const cases = planCases([{ strategy }], options, host.pageSize);
  await using target = await StubProcess.start({
    architecture,
    cpus: [cpu],
    pageSize: host.pageSize,
    signal,
    timeout: 30_000,
  });
  await mapOthers(target, count);
  const bench = new Bench({
    target,
    cpus: [cpu],
    strategyOf: () => strategy,
    contentOf: () => bench.contents().plain,
    load: NativeCode.load,
  });
  const outcome = await carryOut({ kind: 'measure', cases, time: 25 }, bench);
  if (outcome.kind === 'measured') return median(outcome.forks[0]?.samples ?? []);
  return 'reason' in outcome ? outcome.reason : outcome.kind;
}

console.log(`${host.cpu}, ${host.cpus} CPUs, Linux ${host.kernel}, 4 pages, ${values.forks} processes each`);
console.log(`ns/iteration beside so many other mappings: median [middle half]`);
console.log('strategy'.padEnd(14), ...counts.map((count) => String(count).padStart(24)));
const comeBack = keepOff(cpu);
for (const name of values.strategy.split(',')) {
  const samples = counts.map((): number[] => []);
  let reason = '';
  for (let fork = 0; fork < Number(values.forks) && reason === ''; fork++) {
    for (const [index, count] of counts.entries()) {
      const figure = await measureBeside(count, name);
      if (typeof figure === 'number') samples[index]?.push(figure);
      else reason = figure;
    }
  }
  if (reason !== '') {
    console.log(name.padEnd(14), reason);
    continue;
  }
  const texts = samples.map((each) => {
    const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => quantile(each, part).toFixed(0));
    return `${middle} [${low} ${high}]`.padStart(24);
  });
  console.log(name.padEnd(14), ...texts);
}
comeBack();
