import { type DefineContext, SHARED, WRITE } from '../../program/builder.ts';
import type { FileDescriptor, Mapping } from '../../program/step.ts';
import { MFD } from '../../system/constants.ts';
import { needs } from '../needs.ts';
import { defineStrategy } from '../strategy.ts';
import { mapTwoViews } from './dual.ts';

/** Iterations between two moves of the writable view. */
const iterationsPerMove = 64;

/** The dual map of `memfd` whose writable view does not stay where it is. */
function movingView(context: DefineContext, move: (view: Mapping, fd: FileDescriptor) => void): void {
  const fd = context.setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC);
  const { code, view } = mapTwoViews(context, fd);
  context.iterate.writeModule(view);
  context.iterate.executeModule(code);
  move(view, fd);
}

export const memfdRemap = defineStrategy({
  name: 'memfd_remap',
  summary: 'memfd whose writable view is mapped anew at a random address every 64 iterations',
  group: 'article',
  wx: 'dual',
  ...needs.memfd,
  define(context) {
    movingView(context, (view, fd) =>
      context.iterate.remapAtRandom(view, iterationsPerMove, { prot: WRITE, flags: SHARED, fd }),
    );
  },
});

export const memfdMove = defineStrategy({
  name: 'memfd_move',
  summary: 'memfd whose writable view is moved, page tables and all, to a random address every 64 iterations',
  group: 'article',
  wx: 'dual',
  ...needs.memfd,
  define(context) {
    movingView(context, (view) => context.iterate.moveAtRandom(view, iterationsPerMove));
  },
});
