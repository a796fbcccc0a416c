import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programInC } from '../../src/program/c/program.ts';
import type { Step } from '../../src/program/ir.ts';
import { compileLoop } from '../../src/program/native/compile.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { ret } from '../../src/workloads/page-starts.ts';
import { retContent } from '../support/content.ts';

/** Arguments of calls that the kernel wants in whole pages: lengths and addresses, by their place. */
const inPages: Readonly<Record<string, readonly number[]>> = {
  mmap: [0, 1, 5],
  mprotect: [0, 1],
  munmap: [0, 1],
  mremap: [0, 1, 2, 4],
  madvise: [0, 1],
  mseal: [0, 1],
  pkey_mprotect: [0, 1],
};

/**
 * The numbers among a step's arguments that have to be multiples of the page size: lengths, offsets, parts of
 * mappings.
 */
function alignedNumbers(step: Step): number[] {
  if (step.kind === 'write_module' || step.kind === 'execute_module') {
    const place = step.kind === 'write_module' ? step.into : step.module;
    return place.kind === 'part' ? [place.offset, place.length] : [];
  }
  if (step.kind !== 'call') return [];
  return (inPages[step.call] ?? []).flatMap((index) => {
    const argument = step.args[index];
    if (argument?.type === 'bytes') return [argument.value];
    if (argument?.type === 'value') return [argument.plus ?? 0];
    return argument?.type === 'randomAddress' ? [argument.pageSize] : [];
  });
}

for (const pageSize of [16_384, 65_536]) {
  for (const strategy of catalogue) {
    test(`${strategy.name}: everything is in whole pages of ${pageSize / 1024} KiB`, () => {
      const module = { pages: 3, pageSize };
      const program = programOf(strategy, module);
      const steps = [...program.setup, ...program.iteration, ...program.teardown];
      for (const step of steps)
        for (const number of alignedNumbers(step))
          assert.equal(number % pageSize, 0, `${number} in step ${step.number}`);
      for (const architecture of ['arm64', 'x64'] as const)
        assert.ok(compileLoop(program, retContent(architecture), { architecture, pid: 1 }).bytes.length > 0);
      const c = programInC(program, ret, 'guarded', { version: 'test', summary: '' });
      assert.match(c, new RegExp(`PAGE_SIZE = ${pageSize}`));
    });
  }
}

test('a module’s pages are written and called at its page size', () => {
  const [memfd] = catalogue.filter(({ name }) => name === 'memfd');
  assert.ok(memfd);
  const target = { architecture: 'arm64', pid: 1 } as const;
  const loop = (pageSize: number) =>
    Buffer.from(compileLoop(programOf(memfd, { pages: 2, pageSize }), retContent('arm64'), target).bytes);
  // movz x4, #4096 and #16384; movz x4, #1, lsl 16
  const movz = { 4096: 0xd2820004, 16384: 0xd2880004, 65536: 0xd2a00024 };
  for (const [pageSize, word] of Object.entries(movz)) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(word);
    assert.ok(loop(Number(pageSize)).includes(bytes), `no stride of ${pageSize} bytes`);
  }
});
