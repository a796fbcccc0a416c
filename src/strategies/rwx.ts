import {
  ANONYMOUS,
  type DefineContext,
  EXEC,
  HUGE_2MB,
  HUGETLB,
  hugePage,
  NONE,
  PRIVATE,
  READ,
  WRITE,
} from '../program/builder.ts';
import type { FlushInstruction } from '../program/ir.ts';
import { MADV, PKEY } from '../system/constants.ts';
import { needs } from './needs.ts';
import { owners } from './owners.ts';
import { defineStrategy } from './strategy.ts';

export const rwx = defineStrategy({
  name: 'rwx',
  summary: 'one mapping that is readable, writable and executable at once',
  group: 'article',
  wx: 'rwx',
  shippedBy: owners.rwx,
  ...needs.both,
  define({ setup, iterate, size }) {
    const code = setup.mmap({
      name: 'code',
      length: size,
      prot: READ | WRITE | EXEC,
      flags: PRIVATE | ANONYMOUS,
    });
    iterate.writeModule(code);
    iterate.executeModule(code);
  },
});

/** rwx that has the processor write back the lines of code before it runs them. */
function flushed({ setup, iterate, size }: DefineContext, instruction: FlushInstruction): void {
  setup.requireInstruction(instruction);
  const flags = PRIVATE | ANONYMOUS;
  const code = setup.mmap({ name: 'code', length: size, prot: READ | WRITE | EXEC, flags });
  iterate.writeModule(code);
  iterate.flushModule(code, instruction);
  iterate.executeModule(code);
}

export const rwxClflush = defineStrategy({
  name: 'rwx_clflush',
  summary:
    'rwx that evicts the cache lines of fresh code from all caches, for processors that need no such thing',
  group: 'engines',
  wx: 'rwx',
  shippedBy: owners.rwx_clflush,
  needs: 'x86-64 with clflush, and a policy that allows writable and executable mappings',
  remedy: needs.both.remedy,
  define: (context) => flushed(context, 'clflush'),
});

export const rwxClwb = defineStrategy({
  name: 'rwx_clwb',
  summary: 'rwx that writes the cache lines of fresh code back to memory, and keeps them',
  group: 'engines',
  wx: 'rwx',
  shippedBy: owners.rwx_clwb,
  needs: 'x86-64 with clwb, and a policy that allows writable and executable mappings',
  remedy: needs.both.remedy,
  define: (context) => flushed(context, 'clwb'),
});

export const rwxThp = defineStrategy({
  name: 'rwx_thp',
  summary: 'rwx in transparent huge pages, which are asked for before the first store',
  group: 'engines',
  wx: 'rwx',
  shippedBy: owners.rwx_thp,
  ...needs.transparentHugePages,
  define({ setup, iterate, size, roundUp }) {
    const code = setup.mmap({
      name: 'code',
      length: roundUp(size, hugePage),
      prot: READ | WRITE | EXEC,
      flags: PRIVATE | ANONYMOUS,
      align: hugePage,
    });
    setup.madvise(code, MADV.MADV_HUGEPAGE);
    setup.writeModule(code);
    setup.requireHugePages(code);
    iterate.writeModule(code);
    iterate.executeModule(code);
  },
});

export const rwxHugetlb = defineStrategy({
  name: 'rwx_hugetlb',
  summary: 'rwx in 2 MiB huge pages of the pool',
  group: 'engines',
  wx: 'rwx',
  shippedBy: owners.rwx_hugetlb,
  ...needs.hugePages,
  define({ setup, iterate, size, roundUp }) {
    const code = setup.mmap({
      name: 'code',
      length: roundUp(size, hugePage),
      prot: READ | WRITE | EXEC,
      flags: PRIVATE | ANONYMOUS | HUGETLB | HUGE_2MB,
    });
    iterate.writeModule(code);
    iterate.executeModule(code);
  },
});

export const pkeyRwx = defineStrategy({
  name: 'pkey_rwx',
  summary: 'rwx whose mapping carries a protection key: the loading thread alone can write, while it loads',
  group: 'article',
  wx: 'rwx',
  shippedBy: owners.pkey_rwx,
  ...needs.keys,
  define({ setup, iterate, size }) {
    const key = setup.pkeyAlloc();
    const code = setup.mmap({ name: 'code', length: size, prot: NONE, flags: PRIVATE | ANONYMOUS });
    setup.pkeyMprotect(code, READ | WRITE | EXEC, key);
    iterate.pkeySet(key, 0);
    iterate.writeModule(code);
    iterate.pkeySet(key, PKEY.PKEY_DISABLE_WRITE);
    iterate.executeModule(code);
  },
});

export const pkeyWx = defineStrategy({
  name: 'pkey_wx',
  summary:
    'pkey_rwx whose key takes execution away while the code can be written: for no thread is it ever both',
  group: 'kernel',
  wx: 'flip',
  ...needs.keysOfExecution,
  define({ setup, iterate, size }) {
    const key = setup.pkeyAlloc(PKEY.PKEY_DISABLE_EXECUTE);
    const code = setup.mmap({ name: 'code', length: size, prot: NONE, flags: PRIVATE | ANONYMOUS });
    setup.pkeyMprotect(code, READ | WRITE | EXEC, key);
    iterate.pkeySet(key, PKEY.PKEY_DISABLE_EXECUTE);
    iterate.writeModule(code);
    iterate.pkeySet(key, PKEY.PKEY_DISABLE_WRITE);
    iterate.executeModule(code);
  },
});
