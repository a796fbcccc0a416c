import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPEN, openFlagsFor } from '../../src/system/constants.ts';

// include/uapi/asm-generic/fcntl.h and arch/arm64/include/uapi/asm/fcntl.h
const x64 = { O_DIRECT: 0o40000, O_LARGEFILE: 0o100000, O_DIRECTORY: 0o200000, O_NOFOLLOW: 0o400000 };
const arm64 = { O_DIRECTORY: 0o40000, O_NOFOLLOW: 0o100000, O_DIRECT: 0o200000, O_LARGEFILE: 0o400000 };
const names = Object.keys(x64) as (keyof typeof x64)[];

test('flags of open(2) are those of the architecture that opens', () => {
  for (const name of names) {
    assert.equal(openFlagsFor('x64', x64[name]), x64[name], name);
    assert.equal(openFlagsFor('arm64', x64[name]), arm64[name], name);
  }
  const all = names.reduce<number>((flags, name) => flags | x64[name], OPEN.O_RDWR);
  assert.equal(openFlagsFor('arm64', all), all);
  const tmpfile = OPEN.O_TMPFILE | OPEN.O_RDWR | OPEN.O_CLOEXEC;
  assert.equal(openFlagsFor('arm64', tmpfile), 0o20000000 | arm64.O_DIRECTORY | OPEN.O_RDWR | OPEN.O_CLOEXEC);
});
