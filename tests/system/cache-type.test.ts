import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOnce, describeCacheType, ownCacheType } from '../../src/system/cache-type.ts';
import { hostArchitecture } from '../../src/system/syscalls.ts';

test('CTR_EL0 says whether caches need maintenance', () => {
  // As QEMU's models have it: Cortex-A57, Neoverse V1 with and without DIC.
  assert.equal(describeCacheType(0x8444c004), 'IDC=0 DIC=0');
  assert.equal(describeCacheType(0x9444c004), 'IDC=1 DIC=0');
  assert.equal(describeCacheType(0xb444c004), 'IDC=1 DIC=1');
  assert.equal(describeCacheType(0x4_b444_c004), 'IDC=1 DIC=1');
});

test('machine code is called once, by which the register is read', () => {
  const returns42 = {
    // mov eax, 42; ret
    x64: [0xb8, 42, 0, 0, 0, 0xc3],
    // mov w0, #42; ret
    arm64: [...new Uint8Array(new Uint32Array([0x52800540, 0xd65f03c0]).buffer)],
  }[hostArchitecture() ?? 'x64'];
  assert.equal(callOnce(new Uint8Array(returns42)), 42);
  assert.equal(ownCacheType() === undefined, process.arch !== 'arm64');
});
