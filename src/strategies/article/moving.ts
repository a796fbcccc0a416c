import { type DefineContext, EXEC, READ, SHARED, WRITE } from '../../program/builder.ts';
import type { FileDescriptor, Mapping } from '../../program/step.ts';
import { MFD } from '../../system/constants.ts';
import { defineStrategy } from '../strategy.ts';

/** Iterations between two moves of the writable view. */
const iterationsPerMove = 64;

/** The dual map of `memfd` whose writable view does not stay where it is. */
function movingView(
  { setup, iterate, size }: DefineContext,
  move: (view: Mapping, fd: FileDescriptor) => void,
): void {
  const fd = setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC);
  setup.ftruncate(fd, size);
  const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: SHARED, fd });
  const view = setup.mmap({ name: 'view', length: size, prot: WRITE, flags: SHARED, fd });
  iterate.writeModule(view);
  iterate.executeModule(code);
  move(view, fd);
}

export const memfdRemap = defineStrategy({
  name: 'memfd_remap',
  summary: 'memfd whose writable view is mapped anew at a random address every 64 iterations',
  wx: 'dual',
  needs: 'memfd_create (Linux 3.17)',
  define(context) {
    movingView(context, (view, fd) =>
      context.iterate.remapAtRandom(view, iterationsPerMove, { prot: WRITE, flags: SHARED, fd }),
    );
  },
});

export const memfdMove = defineStrategy({
  name: 'memfd_move',
  summary: 'memfd whose writable view is moved, page tables and all, to a random address every 64 iterations',
  wx: 'dual',
  needs: 'memfd_create (Linux 3.17)',
  define(context) {
    movingView(context, (view) => context.iterate.moveAtRandom(view, iterationsPerMove));
  },
});
