import { type DefineContext, EXEC, READ, SHARED, WRITE } from '../../program/builder.ts';
import type { FileDescriptor } from '../../program/step.ts';
import { MFD, OPEN } from '../../system/constants.ts';
import { defineStrategy } from '../strategy.ts';

/** Two views of one file: code is written through one and run through the other. */
function twoViews({ setup, iterate, size }: DefineContext, fd: FileDescriptor): void {
  setup.ftruncate(fd, size);
  const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: SHARED, fd });
  const view = setup.mmap({ name: 'view', length: size, prot: WRITE, flags: SHARED, fd });
  iterate.writeModule(view);
  iterate.executeModule(code);
}

export const memfd = defineStrategy({
  name: 'memfd',
  summary: 'two views of one memfd: one executable, one writable',
  wx: 'dual',
  needs: 'memfd_create (Linux 3.17)',
  define(context) {
    twoViews(context, context.setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC));
  },
});

export const shmOpen = defineStrategy({
  name: 'shm_open',
  summary: 'two views of one POSIX shared memory object: one executable, one writable',
  wx: 'dual',
  needs: '/dev/shm, writable and mounted without noexec',
  define(context) {
    const name = '/mapbench-%d';
    const fd = context.setup.shmOpen(name, OPEN.O_RDWR | OPEN.O_CREAT | OPEN.O_EXCL, 0o600);
    context.setup.shmUnlink(name);
    twoViews(context, fd);
  },
});
