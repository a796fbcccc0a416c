import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rusage, type Usage, usageIn } from '../../src/system/counters.ts';
import type { MeasuredProcess, Operation } from '../../src/target/measured-process.ts';
import { withStub, withThisProcess } from '../support/stub.ts';
import { touchesOf } from './fresh-pages.ts';

/** What a process used from right before operations to right after them. */
async function usageOf(target: MeasuredProcess, operations: readonly Operation[]): Promise<[Usage, Usage]> {
  using memory = target.allocate(512);
  const read = (at: number): Operation => ({
    call: 'getrusage',
    args: [rusage.thread, memory.address + at],
  });
  await target.run([read(0), ...operations, read(256)]);
  return [usageIn(memory.bytes), usageIn(memory.bytes.subarray(256))];
}

test('each fresh page that is touched is a minor fault, and nothing else is', () =>
  withStub(async (target) => {
    const [before, after] = await usageOf(target, await touchesOf(target, 16));
    assert.equal(after.minorFaults - before.minorFaults, 16);
    const [still, yet] = await usageOf(target, []);
    assert.equal(yet.minorFaults, still.minorFaults);
  }));

test('a wait is a voluntary switch', () =>
  withStub(async (target) => {
    using memory = target.allocate(64);
    // The word at the futex is 0, and so are the seconds of its timeout.
    new BigInt64Array(memory.bytes.buffer, memory.bytes.byteOffset, 8)[3] = 1_000_000n;
    const args = [memory.address, 0, 0, memory.address + 16];
    const wait: Operation = { call: 'futex', args, mayFail: true };
    const [before, after] = await usageOf(target, [wait, wait, wait, wait, wait]);
    assert.ok(after.voluntarySwitches - before.voluntarySwitches >= 5);
  }));

test('times, faults and switches are those that Node.js reads for its process', () =>
  withThisProcess(async (target) => {
    using memory = target.allocate(rusage.bytes);
    const before = process.resourceUsage();
    await target.run([{ call: 'getrusage', args: [rusage.self, memory.address] }]);
    const usage = usageIn(memory.bytes);
    const after = process.resourceUsage();
    for (const [name, of] of [
      ['userTime', ({ userCPUTime }: NodeJS.ResourceUsage) => userCPUTime * 1000],
      ['systemTime', ({ systemCPUTime }: NodeJS.ResourceUsage) => systemCPUTime * 1000],
      ['minorFaults', ({ minorPageFault }: NodeJS.ResourceUsage) => minorPageFault],
      ['majorFaults', ({ majorPageFault }: NodeJS.ResourceUsage) => majorPageFault],
      ['voluntarySwitches', ({ voluntaryContextSwitches: count }: NodeJS.ResourceUsage) => count],
      ['involuntarySwitches', ({ involuntaryContextSwitches: count }: NodeJS.ResourceUsage) => count],
    ] as const)
      assert.ok(of(before) <= usage[name] && usage[name] <= of(after), `${name}: ${usage[name]}`);
  }));
