import {
  ANONYMOUS,
  type DefineContext,
  EXEC,
  HUGE_2MB,
  HUGETLB,
  hugePage,
  LOCKED,
  NONE,
  POPULATE,
  PRIVATE,
  READ,
  SHARED,
  WRITE,
} from '../program/builder.ts';
import { MADV } from '../system/constants.ts';
import { needs } from './needs.ts';
import { owners } from './owners.ts';
import { defineStrategy } from './strategy.ts';

/** The shape that all reusing strategies share: one mapping, made writable and executable in turn. */
function flip({ setup, iterate }: DefineContext, length: number, flags: number): void {
  const code = setup.mmap({ name: 'code', length, prot: NONE, flags });
  iterate.mprotect(code, READ | WRITE);
  iterate.writeModule(code);
  iterate.mprotect(code, READ | EXEC);
  iterate.executeModule(code);
}

export const reuse = defineStrategy({
  name: 'reuse',
  summary: 'one private mapping, made writable and executable in turn',
  group: 'article',
  wx: 'flip',
  shippedBy: owners.reuse,
  ...needs.written,
  define: (context) => flip(context, context.size, PRIVATE | ANONYMOUS),
});

export const reuseLock = defineStrategy({
  name: 'reuse_lock',
  summary: 'reuse with the pages locked in memory',
  group: 'article',
  wx: 'flip',
  needs: 'RLIMIT_MEMLOCK of at least the module’s size',
  remedy: 'ulimit -l unlimited',
  define: (context) => flip(context, context.size, PRIVATE | ANONYMOUS | LOCKED),
});

export const reuseShared = defineStrategy({
  name: 'reuse_shared',
  summary: 'reuse with a shared mapping, which is never copied on write',
  group: 'article',
  wx: 'flip',
  shippedBy: owners.reuse_shared,
  ...needs.written,
  define: (context) => flip(context, context.size, SHARED | ANONYMOUS),
});

export const hugetlb = defineStrategy({
  name: 'hugetlb',
  summary: 'reuse with a private mapping of 2 MiB huge pages',
  group: 'article',
  wx: 'flip',
  ...needs.hugePages,
  define: (context) => {
    flip(context, context.roundUp(context.size, hugePage), PRIVATE | ANONYMOUS | HUGETLB | HUGE_2MB);
  },
});

export const rwxFlip = defineStrategy({
  name: 'rwx_flip',
  summary: 'one mapping that is executable all the time, and writable too while it is written',
  group: 'engines',
  wx: 'rwx',
  shippedBy: owners.rwx_flip,
  ...needs.both,
  define({ setup, iterate, size }) {
    const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: PRIVATE | ANONYMOUS });
    iterate.mprotect(code, READ | WRITE | EXEC);
    iterate.writeModule(code);
    iterate.mprotect(code, READ | EXEC);
    iterate.executeModule(code);
  },
});

/** Modules that share a pair of flips. */
const modulesPerFlip = 8;

export const reuseBatch = defineStrategy({
  name: 'reuse_batch',
  summary: 'reuse of an area that is flipped once for 8 modules',
  group: 'kernel',
  wx: 'flip',
  ...needs.written,
  define({ setup, iterate, size, part }) {
    const length = modulesPerFlip * size;
    const area = setup.mmap({ name: 'area', length, prot: NONE, flags: PRIVATE | ANONYMOUS });
    const modules = Array.from({ length: modulesPerFlip }, (_, index) => part(area, index * size, size));
    iterate.mprotect(area, READ | WRITE);
    for (const module of modules) iterate.writeModule(module);
    iterate.mprotect(area, READ | EXEC);
    for (const module of modules) iterate.executeModule(module);
  },
});

export const reusePerpage = defineStrategy({
  name: 'reuse_perpage',
  summary: 'reuse that makes every page writable by a call of its own, and all executable by one',
  group: 'engines',
  wx: 'flip',
  shippedBy: owners.reuse_perpage,
  ...needs.written,
  define({ setup, iterate, size, pages, pageSize, part }) {
    const code = setup.mmap({ name: 'code', length: size, prot: NONE, flags: PRIVATE | ANONYMOUS });
    // Ruby writes a page before it asks for the next one: the kernel sees the same calls.
    for (let page = 0; page < pages; page++)
      iterate.mprotect(part(code, page * pageSize, pageSize), READ | WRITE);
    iterate.writeModule(code);
    iterate.mprotect(code, READ | EXEC);
    iterate.executeModule(code);
  },
});

export const reuseXonly = defineStrategy({
  name: 'reuse_xonly',
  summary: 'reuse whose code is made executable only: where the processor can, it cannot be read',
  group: 'engines',
  wx: 'flip',
  shippedBy: owners.reuse_xonly,
  ...needs.written,
  define({ setup, iterate, size }) {
    const code = setup.mmap({ name: 'code', length: size, prot: NONE, flags: PRIVATE | ANONYMOUS });
    iterate.mprotect(code, READ | WRITE);
    iterate.writeModule(code);
    iterate.mprotect(code, EXEC);
    iterate.executeModule(code);
  },
});

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

/** Bytes: the kernel puts all registers on it, of which some processors have more than 8 KiB. */
const handlerStackBytes = 64 * 1024;

export const lazyFault = defineStrategy({
  name: 'lazy_fault',
  summary:
    'an inaccessible place whose pages a handler of SIGSEGV makes and moves there when they are called',
  group: 'engines',
  wx: 'flip',
  shippedBy: owners.lazy_fault,
  ...needs.written,
  define({ setup, iterate, size }) {
    const flags = PRIVATE | ANONYMOUS;
    const code = setup.mmap({ name: 'code', length: size, prot: NONE, flags });
    const length = handlerStackBytes;
    const stack = setup.mmap({ name: 'stack', length, prot: READ | WRITE, flags, holds: 'data' });
    setup.handleFaults(code, stack);
    iterate.mmapOver(code, { prot: NONE, flags });
    iterate.executeModule(code);
  },
});

export const mremapMove = defineStrategy({
  name: 'mremap_move',
  summary: 'a module that is made ready elsewhere and moved over the old one in one step',
  group: 'engines',
  wx: 'flip',
  shippedBy: owners.mremap_move,
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
