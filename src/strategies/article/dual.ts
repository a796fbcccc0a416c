import { type DefineContext, EXEC, READ, SHARED, WRITE } from '../../program/builder.ts';
import type { FileDescriptor, Mapping } from '../../program/step.ts';
import { MFD, OPEN } from '../../system/constants.ts';
import { needs } from '../needs.ts';
import { owners } from '../owners.ts';
import { defineStrategy } from '../strategy.ts';

/** Maps the two views of a file of the module's size: the executable one, and the one that code is written through. */
export function mapTwoViews(
  { setup, size }: Pick<DefineContext, 'setup' | 'size'>,
  fd: FileDescriptor,
): { readonly code: Mapping; readonly view: Mapping } {
  setup.ftruncate(fd, size);
  const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: SHARED, fd });
  const view = setup.mmap({ name: 'view', length: size, prot: WRITE, flags: SHARED, fd });
  return { code, view };
}

/** Two views of one file: code is written through one and run through the other. */
export function twoViews(context: DefineContext, fd: FileDescriptor): void {
  const { code, view } = mapTwoViews(context, fd);
  context.iterate.writeModule(view);
  context.iterate.executeModule(code);
}

export const memfd = defineStrategy({
  name: 'memfd',
  summary: 'two views of one memfd: one executable, one writable',
  group: 'article',
  wx: 'dual',
  shippedBy: owners.memfd,
  ...needs.memfd,
  define(context) {
    twoViews(context, context.setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC));
  },
});

export const shmOpen = defineStrategy({
  name: 'shm_open',
  summary: 'two views of one POSIX shared memory object: one executable, one writable',
  group: 'article',
  wx: 'dual',
  shippedBy: owners.shm_open,
  needs: '/dev/shm, writable and mounted without noexec',
  remedy: 'mount -o remount,exec /dev/shm',
  define(context) {
    const name = '/mapbench-%d';
    const fd = context.setup.shmOpen(name, OPEN.O_RDWR | OPEN.O_CREAT | OPEN.O_EXCL, 0o600);
    context.setup.shmUnlink(name);
    twoViews(context, fd);
  },
});
