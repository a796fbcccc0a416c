import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowedCpus } from '../../src/system/cpus.ts';
import { systemFiles } from '../../src/system/files.ts';
import { interruptsIn } from '../../src/system/interrupts.ts';

// CPU 1 is offline.
const x64 = `           CPU0       CPU2       CPU3       
 24:          1          0          9  IO-APIC   5-edge      ACPI:Ged
NMI:          0          0          0   Non-maskable interrupts
RES:     192443     203369          7   Rescheduling interrupts
CAL:    1287769     880132          1   Function call interrupts
TLB:     234708     218725          2   TLB shootdowns
ERR:          0
MIS:          0
`;

const arm64 = `           CPU0       CPU1       
 10:       4928       3938     GICv3  27 Level     arch_timer
IPI0:        30        101       Rescheduling interrupts
IPI1:      1888       1458       Function call interrupts
IPI2:         0          0       CPU stop interrupts
Err:          0
`;

test('x86-64: shootdowns and function calls, split into those of a CPU and of the others', () => {
  assert.deepEqual(interruptsIn(x64, 2), {
    tlbShootdowns: { total: 453435, own: 218725, others: 234710 },
    functionCalls: { total: 2167902, own: 880132, others: 1287770 },
    missing: {},
  });
});

test('AArch64: function calls by their description, and no shootdowns', () => {
  assert.deepEqual(interruptsIn(arm64, 0), {
    functionCalls: { total: 3346, own: 1888, others: 1458 },
    missing: {
      tlbShootdowns: "/proc/interrupts has no row 'TLB shootdowns'; AArch64 needs no interrupts for them",
    },
  });
});

test('a CPU without a column and a file without rows have reasons', () => {
  const offline = interruptsIn(x64, 1);
  assert.equal(offline.functionCalls, undefined);
  assert.equal(offline.missing.functionCalls, '/proc/interrupts has no column for CPU 1');
  const empty = interruptsIn('', 0);
  assert.equal(empty.missing.functionCalls, "/proc/interrupts has no row 'Function call interrupts'");
});

test('the file of this kernel is read, and its counts do not fall', () => {
  for (const cpu of allowedCpus()) {
    const [before, after] = [
      interruptsIn(systemFiles.readText('/proc/interrupts'), cpu),
      interruptsIn(systemFiles.readText('/proc/interrupts'), cpu),
    ];
    for (const kind of ['tlbShootdowns', 'functionCalls'] as const) {
      const [first, second] = [before[kind], after[kind]];
      if (first === undefined || second === undefined) {
        assert.match(before.missing[kind] ?? '', /^\/proc\/interrupts /);
        continue;
      }
      assert.equal(first.own + first.others, first.total);
      assert.ok(second.own >= first.own && second.others >= first.others);
    }
  }
});
