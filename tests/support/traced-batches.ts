/**
 * Runs a first iteration and then a batch of the strategies whose names are its arguments behind the first
 * two, pages and iterations, each in a stub of its own, and prints a line of JSON for each.
 */
import { withProgram } from '../../src/program/engine.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { pageSize } from '../../src/system/memory.ts';
import { retContent } from './content.ts';
import { withStub } from './stub.ts';

export interface TracedBatch {
  strategy: string;
  /** Of the stub. */
  pid: number;
  addresses: Record<string, number>;
}

const [pages, iterations, ...names] = process.argv.slice(2);
for (const name of names)
  await withStub(async (target) => {
    const strategy = findStrategy(name);
    if (strategy === undefined) throw new Error(`no strategy is named ${name}`);
    const program = programOf(strategy, { pages: Number(pages), pageSize: pageSize() });
    const code = await NativeCode.load(target, { program, content: retContent(), layout: 'guarded' });
    await withProgram(code, async (running) => {
      await running.batch(1);
      await running.batch(Number(iterations));
      const traced: TracedBatch = { strategy: name, pid: target.pid, addresses: running.addresses() };
      console.log(JSON.stringify(traced));
    });
  });
