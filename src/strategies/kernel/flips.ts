import {
  ANONYMOUS,
  EXEC,
  HUGE_2MB,
  HUGETLB,
  hugePage,
  NONE,
  POPULATE,
  PRIVATE,
  READ,
  SHARED,
  WRITE,
} from '../../program/builder.ts';
import { MADV } from '../../system/constants.ts';
import { flip } from '../article/reuse.ts';
import { needs } from '../needs.ts';
import { owners } from '../owners.ts';
import { defineStrategy } from '../strategy.ts';

export const hugetlbShared = defineStrategy({
  name: 'hugetlb_shared',
  summary: 'reuse with a shared mapping of 2 MiB huge pages, which takes no faults',
  group: 'kernel',
  wx: 'flip',
  shippedBy: owners.hugetlb_shared,
  ...needs.hugePages,
  define: (context) => {
    flip(context, context.roundUp(context.size, hugePage), SHARED | ANONYMOUS | HUGETLB | HUGE_2MB);
  },
});

export const naivePopulate = defineStrategy({
  name: 'naive_populate',
  summary: 'naive with the pages made beforehand, in one go (a control: what do the faults cost?)',
  group: 'kernel',
  wx: 'flip',
  ...needs.written,
  define({ iterate, size }) {
    const flags = PRIVATE | ANONYMOUS | POPULATE;
    const code = iterate.mmap({ name: 'code', length: size, prot: READ | WRITE, flags });
    iterate.writeModule(code);
    iterate.mprotect(code, READ | EXEC);
    iterate.executeModule(code);
    iterate.munmap(code);
  },
});

export const reuseDontneed = defineStrategy({
  name: 'reuse_dontneed',
  summary: 'reuse whose pages are given back after every run (a control: what do fresh pages cost?)',
  group: 'kernel',
  wx: 'flip',
  ...needs.written,
  define({ setup, iterate, size }) {
    const code = setup.mmap({ name: 'code', length: size, prot: NONE, flags: PRIVATE | ANONYMOUS });
    iterate.mprotect(code, READ | WRITE);
    iterate.writeModule(code);
    iterate.mprotect(code, READ | EXEC);
    iterate.executeModule(code);
    iterate.madvise(code, MADV.MADV_DONTNEED);
  },
});

export const mremapMove = defineStrategy({
  name: 'mremap_move',
  summary: 'a module that is made ready elsewhere and moved over the old one in one step (a control)',
  group: 'kernel',
  wx: 'flip',
  ...needs.written,
  define({ setup, iterate, size }) {
    const flags = PRIVATE | ANONYMOUS;
    const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags });
    const staged = iterate.mmap({ name: 'staged', length: size, prot: READ | WRITE, flags });
    iterate.writeModule(staged);
    iterate.mprotect(staged, READ | EXEC);
    iterate.moveOver(staged, code);
    iterate.executeModule(code);
  },
});
