import {
  ANONYMOUS,
  buildProgram,
  type DefineContext,
  EXEC,
  PRIVATE,
  READ,
  SHARED,
  WRITE,
} from '../../src/program/builder.ts';
import type { Program } from '../../src/program/ir.ts';
import type { WxClass } from '../../src/strategies/strategy.ts';
import { pageSize } from '../../src/system/memory.ts';
import type { MeasuredProcess } from '../../src/target/measured-process.ts';
import type { Subject } from '../../src/verification/check-result.ts';
import { retContent, stampContent } from '../support/content.ts';

const all = READ | WRITE | EXEC;

/** A program in a measured process, as it is verified. */
export function subjectOf(target: MeasuredProcess, program: Program, wx: WxClass): Subject {
  const [plain, stamped] = [retContent(target.architecture), stampContent(target.architecture)];
  return { target, program, wx, layout: 'guarded', plain, stamped };
}

function build(define: (context: DefineContext) => void): Program {
  return buildProgram('broken', { pages: 2, pageSize: pageSize() }, define);
}

/**
 * Runs what the iteration before has written: its executable mapping owns its pages since the first
 * iteration.
 */
export const runsOldCode = build(({ setup, iterate, size }) => {
  const fd = setup.memfdCreate('mapbench', 0);
  setup.ftruncate(fd, size);
  const view = setup.mmap({ length: size, prot: READ | WRITE, flags: SHARED, fd });
  const code = setup.mmap({ length: size, prot: all, flags: PRIVATE, fd });
  iterate.writeModule(view);
  iterate.executeModule(code);
  iterate.writeModule(code);
});

/** Writable and executable at once. */
export const openToAll = build(({ setup, iterate, size }) => {
  const code = setup.mmap({ name: 'code', length: size, prot: all, flags: PRIVATE | ANONYMOUS });
  iterate.writeModule(code);
  iterate.executeModule(code);
});

/** Its system call sets what is there already. */
export const flipsNothing = build(({ setup, iterate, size }) => {
  const code = setup.mmap({ name: 'code', length: size, prot: all, flags: PRIVATE | ANONYMOUS });
  iterate.writeModule(code);
  iterate.mprotect(code, all);
  iterate.executeModule(code);
});

/** Unmaps and closes nothing. */
export const keepsAll: Program = {
  ...build(({ setup, iterate, size }) => {
    const fd = setup.memfdCreate('mapbench', 0);
    setup.ftruncate(fd, size);
    const code = setup.mmap({ name: 'code', length: size, prot: all, flags: SHARED, fd });
    iterate.writeModule(code);
    iterate.executeModule(code);
  }),
  teardown: [],
};
