/**
 * What does it cost to check code before it may run? A runtime that verifies a signature, or scans for
 * forbidden instructions, makes the module read-only first, so that no other thread can change it between the
 * check and the run. That is one flip more than `reuse` has: writable, read-only, executable.
 */
import { ANONYMOUS, defineStrategy, EXEC, NONE, PRIVATE, READ, WRITE } from 'mapbench';

export default defineStrategy({
  name: 'two_flips',
  summary: 'one private mapping, made writable, read-only for a check, then executable',
  wx: 'flip',
  needs: 'a policy that lets a written mapping become executable',
  define({ setup, iterate, size }) {
    // Recorded once: what the setup does is not measured.
    const code = setup.mmap({ name: 'code', length: size, prot: NONE, flags: PRIVATE | ANONYMOUS });
    // Recorded as the steps of one iteration: this is what is measured.
    iterate.mprotect(code, READ | WRITE);
    iterate.writeModule(code);
    iterate.mprotect(code, READ);
    iterate.mprotect(code, READ | EXEC);
    iterate.executeModule(code);
    // The mapping is unmapped after the last iteration: the teardown follows from what is still there.
  },
});
