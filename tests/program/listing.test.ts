import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recorder } from '../../src/assembler/recorder.ts';
import { at, X64Assembler } from '../../src/assembler/x64/assembler.ts';
import { compileLoop } from '../../src/program/native/compile.ts';
import { listLoop } from '../../src/program/native/listing.ts';
import { programFor } from '../../src/runner/bench.ts';
import { catalogue, findStrategy } from '../../src/strategies/catalogue.ts';
import { isOfKind } from '../../src/system/errors.ts';
import { type Architecture, hostArchitecture } from '../../src/system/syscalls.ts';
import { findWorkload } from '../../src/workloads/catalogue.ts';
import { contentOf } from '../../src/workloads/load.ts';
import type { Workload } from '../../src/workloads/workload.ts';
import { arm64, assemble, hex, x64 } from '../assembler/gnu-assembler.ts';
import { callMapbench } from '../support/in-process.ts';

const toolchains = { x64, arm64 } as const;
const module = { pages: 3, pageSize: 4096 };

/** The listing of a strategy's loop, and the bytes that it should be; undefined where it has no such loop. */
function listed(name: string, workload: Workload, architecture: Architecture) {
  const strategy = findStrategy(name);
  assert.ok(strategy);
  try {
    const program = programFor(strategy, workload, module);
    if (program.landingPads && architecture !== 'arm64') return undefined;
    const { content } = contentOf(workload, 3 * 4096, architecture).at(0x1_0000_0000, 0x2_0000_0000);
    const target = { architecture, pid: 4711 };
    return {
      program,
      text: listLoop(program, content, target, ['about']),
      bytes: compileLoop(program, content, target).bytes,
    };
  } catch (error) {
    if (isOfKind(error, 'unsuited')) return undefined;
    throw error;
  }
}

const workloads = [
  findWorkload('ret'),
  findWorkload('stamp'),
  findWorkload('module'),
  findWorkload('reloc'),
  findWorkload('patch', { patches: 8 }),
  findWorkload('tenancy', { modules: 20 }),
  findWorkload('cold'),
];

for (const architecture of ['x64', 'arm64'] as const) {
  const toolchain = toolchains[architecture];
  for (const workload of workloads) {
    test(`GNU as makes the measured bytes of each strategy's listing: ${architecture}, ${workload.name}`, {
      skip: toolchain.isLacking,
    }, () => {
      let compared = 0;
      for (const { name } of catalogue) {
        const found = listed(name, workload, architecture);
        if (found === undefined) continue;
        assert.equal(hex(assemble(toolchain, found.text)), hex(found.bytes), name);
        compared++;
      }
      assert.ok(compared > 30, `${compared} listings`);
    });
  }
}

test("each step stands above its instructions, in the program's order", () => {
  const found = listed('naive', findWorkload('ret'), 'x64');
  const steps = found?.text.match(/^# step .*$/gm);
  assert.deepEqual(steps, [
    '# step 1: mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)',
    '# step 2: write_module(code)',
    '# step 3: mprotect(code, 12288, PROT_READ | PROT_EXEC)',
    '# step 4: execute_module(code)',
    '# step 5: munmap(code, 12288)',
  ]);
  assert.match(found?.text ?? '', /# step 3[^#]*# code\n {8}mov esi, 12288\n[^#]*syscall {2,}# mprotect\n/);
});

test('show prints the listing for this machine, and says how to assemble it', {
  skip: x64.isLacking,
}, async () => {
  const { status, stdout } = await callMapbench(['show', 'memfd', '--lang', 'asm', '--pages', '3']);
  assert.equal(status, 0);
  assert.match(stdout, /^(#|\/\/) memfd: two views of one memfd.*\n.* 3 pages of \d+ bytes, workload ret\./);
  const architecture = hostArchitecture() ?? 'x64';
  const expected = listed('memfd', findWorkload('ret'), architecture)?.bytes ?? [];
  assert.equal(hex(assemble(toolchains[architecture], stdout)), hex(expected));
});

test('bytes are written only where nothing has a name: in no loop of the catalogue', () => {
  for (const { name } of catalogue) {
    for (const architecture of ['x64', 'arm64'] as const) {
      const found = listed(name, findWorkload('ret'), architecture);
      assert.doesNotMatch(found?.text ?? '', /\.byte/, name);
    }
  }
});

test('a recorder keeps calls and labels by their place, and the bytes are those of no recorder', () => {
  const write = (a: X64Assembler) => {
    const label = a.label('here');
    a.push('rbp');
    a.bind(label);
    a.mov('rax', at('rdi', 8));
    a.jmp(label);
    return a.finish();
  };
  const recorder = new Recorder();
  assert.deepEqual(write(recorder.of(new X64Assembler())), write(new X64Assembler()));
  assert.deepEqual(
    recorder.written.map((each) => [each.offset, each.kind === 'label' ? each.label.name : each.method]),
    [
      [0, 'push'],
      [1, 'here'],
      [1, 'mov'],
      [5, 'jmp'],
    ],
  );
});
