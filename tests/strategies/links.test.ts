import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyOf, linkedFiles, linksIn, seenFiles } from '../../scripts/links.ts';

/** Files whose repositories were not at hand. */
const mayBeUnseen = 3;

test('each source file that is linked to was seen in its repository, and no other is in the list', () => {
  const seen = seenFiles();
  assert.deepEqual(linkedFiles().map(keyOf).sort(), seen.map(keyOf).sort());
  assert.equal(seen.filter((each) => each.seen === null).length, mayBeUnseen);
  for (const { commit, seen: date } of seen.filter((each) => each.seen !== null)) {
    assert.match(commit ?? '', /^[0-9a-f]{40}$/);
    assert.match(date ?? '', /^2\d{3}-\d{2}-\d{2}$/);
  }
});

test('links to source files are found in text', () => {
  const text =
    '[QEMU](https://github.com/qemu/qemu/blob/HEAD/tcg/region.c) and ' +
    'https://android.googlesource.com/platform/art/+/HEAD/runtime/a.cc (not https://github.com/qemu/qemu';
  assert.deepEqual(linksIn(text), [
    { repository: 'github.com/qemu/qemu', path: 'tcg/region.c' },
    { repository: 'android.googlesource.com/platform/art', path: 'runtime/a.cc' },
  ]);
});
