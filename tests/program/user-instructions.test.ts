import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withProgram } from '../../src/program/engine.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { type UserInstructions, userInstructions } from '../../src/program/native/user-instructions.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { pageSize } from '../../src/system/memory.ts';
import { retContent } from '../support/content.ts';
import { withStub } from '../support/stub.ts';

const skip = process.arch === 'x64' ? false : 'AArch64 has no trap flag';

/** Counted twice, in placements of their own. */
async function counted(name: string, pages: number): Promise<UserInstructions[]> {
  const strategy = findStrategy(name);
  assert.ok(strategy);
  const program = programOf(strategy, { pages, pageSize: pageSize() });
  const results: UserInstructions[] = [];
  await withStub(async (target) => {
    const code = await NativeCode.load(target, { program, content: retContent(), layout: 'guarded' });
    for (let turn = 0; turn < 2; turn++)
      await withProgram(code, async (running) => {
        const found = await userInstructions(target, running);
        assert.ok(found);
        results.push(found);
        // The loop runs on as before.
        assert.equal((await running.batch(10)).stale, 0);
      });
  });
  return results;
}

test('the instructions of an iteration are counted, the same each time, and each step has its own', {
  skip,
}, async () => {
  const [first, second] = await counted('reuse', 4);
  assert.ok(first);
  assert.deepEqual(second, first);
  const [toWrite = 0, write = 0, toRun = 0, run = 0] = first.steps;
  // A system call is a handful of moves and the call; stores and calls go page by page.
  assert.equal(toWrite, toRun);
  assert.ok(toRun >= 5 && toRun <= 12, `${toRun}`);
  assert.ok(write >= 8 && run >= 12, `${write} ${run}`);
  const own = first.total - first.steps.reduce((sum, count) => sum + count, 0);
  assert.ok(own >= 1 && own <= 5, `${own} of the loop's own`);
});

test('a page more takes as many instructions more, whatever the kernel does', { skip }, async () => {
  const totals: number[] = [];
  for (const pages of [2, 3, 4]) totals.push((await counted('naive', pages))[0]?.total ?? 0);
  const [two = 0, three = 0, four = 0] = totals;
  assert.ok(three > two);
  assert.equal(four - three, three - two);
});
