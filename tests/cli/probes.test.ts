import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapbench, withHugePages } from '../support/mapbench.ts';

/** The kernel's answers on Linux 6.18 (../shared/domain.md, section 0.10). */
const answers = {
  memfd_secret: 'EPERM',
  uffdio_move: 'EINVAL',
  remap_file_pages: 'EINVAL',
  process_vm_writev: 'EFAULT',
  mremap_dup_private: 'EINVAL',
  procmem_shared: 'EIO',
  hugetlb_pwrite: 'EINVAL',
};

test('list --probe has the errno that the kernel gave, or why it was not asked', () => {
  const restore = withHugePages();
  const { status, stdout } = mapbench(['list', '--probe', '--format', 'json']);
  restore?.();
  assert.equal(status, 0);
  const { strategies, probes } = JSON.parse(stdout);
  assert.ok(strategies.length > 30);
  assert.deepEqual(
    probes.map(({ name }: { name: string }) => name),
    Object.keys(answers),
  );
  let refused = 0;
  for (const { name, answer } of probes) {
    // Kernels without the call, or with a filter around them, are not asked.
    if (answer.kind !== 'refused') assert.ok(answer.reason, name);
    else {
      assert.equal(answer.errno, answers[name as keyof typeof answers], name);
      assert.notEqual(answer.step, '');
      refused++;
    }
  }
  assert.ok(refused >= 3);
});

test('list without --probe is as it was: an array of strategies, with groups and owners', () => {
  const { stdout } = mapbench(['list', '--format', 'json']);
  const entries = JSON.parse(stdout);
  const memfd = entries.find(({ name }: { name: string }) => name === 'memfd');
  assert.equal(memfd.group, 'article');
  assert.ok(memfd.shippedBy.every(({ url }: { url: string }) => url.startsWith('https://')));
  const keys = entries.find(({ name }: { name: string }) => name === 'pkey_rwx');
  if (keys.status === 'unavailable')
    assert.match(keys.reason, /^pkey_alloc: .* this processor or kernel has no protection keys/);
});
