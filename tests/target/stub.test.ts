import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { codeOffset } from '../../src/assembler/elf.ts';
import { type SystemCallName, systemCallNumber } from '../../src/system/syscalls.ts';
import { addresses } from '../../src/target/protocol.ts';
import { stubFor } from '../../src/target/stub.ts';
import { arm64, x64 } from '../assembler/gnu-assembler.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-stub-'));
after(() => rmSync(folder, { recursive: true }));

/** What the stub does, in the order of its code: `any` is what it is told to. */
const calls: readonly (SystemCallName | 'any')[] = [
  'prctl',
  'mmap',
  'futex',
  'kill',
  'exit_group',
  'any',
  'futex',
  'gettid',
  'tkill',
];

/** What differs from one architecture to the other, as the GNU tools print it. */
const targets = {
  x64: {
    ...x64,
    machine: 'Advanced Micro Devices X86-64',
    disassembly: ['-m', 'i386:x86-64'],
    systemCall: /^syscall/,
    number: /^mov +\$0x([0-9a-f]+),%eax/,
    radix: 16,
    ret: /^ret/,
    // The kernel wants code to return from a handler to.
    calls: [...calls, 'rt_sigreturn'],
  },
  arm64: {
    ...arm64,
    machine: 'AArch64',
    disassembly: ['-m', 'aarch64'],
    systemCall: /^svc\s+#0x0$/,
    number: /^mov\s+x8, #0x[0-9a-f]+\s+\/\/ #(\d+)/,
    radix: 10,
    ret: /^ret/,
    calls,
  },
} as const;

for (const architecture of ['x64', 'arm64'] as const) {
  const { prefix, isLacking: skip, ...target } = targets[architecture];
  const [objdump, readelf] = [`${prefix}objdump`, `${prefix}readelf`];
  const stub = stubFor(architecture);
  const file = join(folder, architecture);
  writeFileSync(file, stub.file);

  /** What a tool prints of the stub's file. */
  const output = (tool: string, ...parameters: string[]) => {
    const { status, stdout, stderr } = spawnSync(tool, [...parameters, file], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    // readelf's warnings.
    assert.equal(stderr, '');
    return stdout;
  };

  /** The instructions of the stub's code by address. */
  const instructions = () => {
    const offsets = ['--start-address', String(addresses.stub + codeOffset)];
    const place = ['--adjust-vma', String(addresses.stub)];
    const text = output(objdump, '-Dw', '-b', 'binary', ...target.disassembly, ...place, ...offsets);
    const lines = [...text.matchAll(/^\s*([0-9a-f]+):\t(?:[0-9a-f]+ )+\s*\t?(.*)$/gm)];
    return new Map(
      lines.map(([, address = '', instruction = '']) => [Number.parseInt(address, 16), instruction]),
    );
  };

  test(`${architecture}: the disassembler knows every instruction, and every routine begins with one`, {
    skip,
  }, () => {
    const code = instructions();
    assert.ok(code.size > 100);
    for (const [address, text] of code)
      assert.doesNotMatch(text, /\(bad\)|undefined|udf|\.byte|\.inst/, `${address}`);
    const routines = [stub.handler, stub.restorer, stub.synchronize].filter((each) => each !== undefined);
    for (const address of routines) assert.ok(code.has(address));
    // The handler sends the signal again, and returns to the kernel before anything else begins.
    const behind = [...code].filter(([address]) => address >= stub.handler).map(([, text]) => text);
    const end = behind.findIndex((text) => target.ret.test(text));
    assert.equal(behind.slice(0, Math.max(end, 0)).filter((text) => target.systemCall.test(text)).length, 2);
  });

  test(`${architecture}: it makes these system calls and no other`, { skip }, () => {
    const texts = [...instructions().values()];
    const made = texts.flatMap((text, index) => {
      if (!target.systemCall.test(text)) return [];
      const [, number] = target.number.exec(texts[index - 1] ?? '') ?? [];
      return [number === undefined ? 'any' : Number.parseInt(number, target.radix)];
    });
    assert.deepEqual(
      made,
      target.calls.map((name) => (name === 'any' ? name : systemCallNumber(architecture, name))),
    );
  });

  test(`${architecture}: it is under 1 KiB, and nothing of it is writable and executable`, { skip }, () => {
    assert.ok(stub.file.length < 1024, `${stub.file.length} bytes`);
    const segments = [
      ...output(readelf, '-lW').matchAll(/^ {2}([A-Z_]+) +0x.* ([R ][W ][E ]) 0x[0-9a-f]+$/gm),
    ];
    assert.deepEqual(
      segments.map(([, type, flags]) => [type, flags]),
      [
        ['LOAD', 'R E'],
        ['GNU_STACK', 'RW '],
      ],
    );
  });

  test(`${architecture}: readelf reads the header as it was meant`, { skip }, () => {
    const header = output(readelf, '-h');
    const field = (name: string) => new RegExp(`^  ${name}: +(.*)$`, 'm').exec(header)?.[1];
    assert.deepEqual(
      ['Class', 'Data', 'Type', 'Machine', 'Entry point address', 'Number of program headers'].map(field),
      [
        'ELF64',
        "2's complement, little endian",
        'EXEC (Executable file)',
        target.machine,
        `0x${(addresses.stub + codeOffset).toString(16)}`,
        '2',
      ],
    );
    const load = /^ {2}LOAD +0x0+ 0x([0-9a-f]+) 0x[0-9a-f]+ 0x([0-9a-f]+) 0x([0-9a-f]+) .* 0x([0-9a-f]+)$/m;
    const numbers = load
      .exec(output(readelf, '-lW'))
      ?.slice(1)
      .map((each) => Number.parseInt(each, 16));
    // A page size that is a multiple of all that the architectures have.
    assert.deepEqual(numbers, [addresses.stub, stub.file.length, stub.file.length, 0x10000]);
  });
}
