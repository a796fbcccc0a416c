import {
  ANONYMOUS,
  type DefineContext,
  EXEC,
  HUGE_2MB,
  HUGETLB,
  hugePage,
  LOCKED,
  NONE,
  PRIVATE,
  READ,
  SHARED,
  WRITE,
} from '../../program/builder.ts';
import { needs } from '../needs.ts';
import { owners } from '../owners.ts';
import { defineStrategy } from '../strategy.ts';

/** The shape that all reusing strategies share: one mapping, made writable and executable in turn. */
export function flip({ setup, iterate }: DefineContext, length: number, flags: number): void {
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
  shippedBy: owners.hugetlb,
  ...needs.hugePages,
  define: (context) => {
    flip(context, context.roundUp(context.size, hugePage), PRIVATE | ANONYMOUS | HUGETLB | HUGE_2MB);
  },
});
