import {
  ANONYMOUS,
  type DefineContext,
  EXEC,
  HUGE_2MB,
  HUGETLB,
  LOCKED,
  NONE,
  PRIVATE,
  READ,
  SHARED,
  WRITE,
} from '../../program/builder.ts';
import { defineStrategy } from '../strategy.ts';

/** The shape that the article's four reusing strategies share: one mapping, made writable and executable in turn. */
function flip({ setup, iterate }: DefineContext, length: number, flags: number): void {
  const code = setup.mmap({ name: 'code', length, prot: NONE, flags });
  iterate.mprotect(code, READ | WRITE);
  iterate.writeModule(code);
  iterate.mprotect(code, READ | EXEC);
  iterate.executeModule(code);
}

const writtenBecomesExecutable = 'a policy that lets a written mapping become executable';

export const reuse = defineStrategy({
  name: 'reuse',
  summary: 'one private mapping, made writable and executable in turn',
  wx: 'flip',
  needs: writtenBecomesExecutable,
  define: (context) => flip(context, context.size, PRIVATE | ANONYMOUS),
});

export const reuseLock = defineStrategy({
  name: 'reuse_lock',
  summary: 'reuse with the pages locked in memory',
  wx: 'flip',
  needs: 'RLIMIT_MEMLOCK of at least the module’s size',
  define: (context) => flip(context, context.size, PRIVATE | ANONYMOUS | LOCKED),
});

export const reuseShared = defineStrategy({
  name: 'reuse_shared',
  summary: 'reuse with a shared mapping, which is never copied on write',
  wx: 'flip',
  needs: writtenBecomesExecutable,
  define: (context) => flip(context, context.size, SHARED | ANONYMOUS),
});

const hugePage = 2 * 1024 * 1024;

export const hugetlb = defineStrategy({
  name: 'hugetlb',
  summary: 'reuse with a private mapping of 2 MiB huge pages',
  wx: 'flip',
  needs: 'free 2 MiB pages in the huge page pool (vm.nr_hugepages)',
  define: (context) => {
    flip(context, context.roundUp(context.size, hugePage), PRIVATE | ANONYMOUS | HUGETLB | HUGE_2MB);
  },
});
