import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScriptReader } from '../../src/profile/perf-script.ts';

/** The generated code of these samples. */
const code = '/memfd:mapbench-code (deleted)';
const steps = new Map([
  [0x980, 'write_module'],
  [0x88a, 'mprotect'],
  [0x8c8, 'munmap'],
]);

function read(text: string) {
  const reader = new ScriptReader((address, object) => (object === code ? steps.get(address) : undefined));
  for (const line of text.split('\n')) reader.line(line);
  return reader.end();
}

const inKernel = `  2883 cpu-clock:pppH: 
	ffffffff821f2fa7 exc_page_fault ([kernel.kallsyms])
	ffffffff81000c82 asm_exc_page_fault ([kernel.kallsyms])
	             980 [unknown] (/memfd:mapbench-code (deleted))
	             88a [unknown] (/memfd:mapbench-code (deleted))
	             1f1 [unknown] (/memfd:mapbench-stub (deleted))
`;

test('a sample is the step and what the kernel does in it; who called the step is left out', () => {
  assert.deepEqual(read(`${inKernel}\n${inKernel}`), {
    event: 'cpu-clock:pppH',
    stacks: [{ frames: ['write_module', 'asm_exc_page_fault', 'exc_page_fault'], samples: 2 }],
    otherSamples: 0,
    unnamed: 0,
    kernelFrames: 4,
  });
});

test('code without a name that a step has called is the module’s', () => {
  const { stacks } = read(`  17 cycles:ppp: 
	             980 [unknown] (/memfd:mapbench (deleted))
	             88a [unknown] (/memfd:mapbench-code (deleted))

  17 cycles:ppp: 
	    7efecae40000 [unknown] (//anon)
	             88a [unknown] (/memfd:mapbench-code (deleted))
`);
  assert.deepEqual(stacks, [{ frames: ['execute_module'], samples: 2 }]);
});

test('samples outside the loop are counted, also those in code that is no step’s', () => {
  const { stacks, otherSamples } = read(`  17 cpu-clock: 
	         116392f v8::internal::Deserializer<v8::internal::Isolate>::ReadObject(int) (/usr/bin/node)
	    7efea4003ee3 [unknown] (/memfd:mapbench-code (deleted))

  17 cpu-clock: 
`);
  assert.deepEqual(stacks, []);
  assert.equal(otherSamples, 2);
});

test('frames of the kernel without names are counted', () => {
  const { unnamed, kernelFrames, stacks } = read(`  17 cpu-clock: 
	ffffffff821f2fa7 [unknown] ([kernel.kallsyms])
	ffffffff81000c82 [unknown] ([kernel.kallsyms])
	             8c8 [unknown] (/memfd:mapbench-code (deleted))
`);
  assert.deepEqual([unnamed, kernelFrames], [2, 2]);
  assert.deepEqual(stacks[0]?.frames, ['munmap', '[unknown]', '[unknown]']);
});

test('functions of modules are the kernel’s', () => {
  const { stacks } = read(`  17 cpu-clock: 
	ffffffffc04f2fa7 ext4_fault ([ext4])
	             980 [unknown] (/memfd:mapbench-code (deleted))
`);
  assert.deepEqual(stacks[0]?.frames, ['write_module', 'ext4_fault']);
});
