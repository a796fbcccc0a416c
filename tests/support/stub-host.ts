/**
 * Starts a stub, prints its process id, and waits for its own end; `SIGINT` has it ask the stub once more and
 * print the answer. Its one argument says what the stub does meanwhile: `idle`, `busy`, or `untold` = idle,
 * and not told by the kernel if this process ends.
 */
import { addresses, block } from '../../src/target/protocol.ts';
import { endless } from './machine-code.ts';
import { architecture, startStub } from './stub.ts';

const PR_SET_PDEATHSIG = 1;

const target = await startStub();
process.on('SIGINT', async () => {
  const [pid] = await target.run([{ call: 'getpid', args: [] }]);
  console.log(pid);
});
if (process.argv[2] === 'untold') {
  // What it returns, 0, becomes the seconds of the stub's idleTimeout, and the process id the nanoseconds.
  const idleTimeout = addresses.data + block.idleTimeout;
  await target.run([
    { call: 'prctl', args: [PR_SET_PDEATHSIG, 0, 0, 0, 0], storeAt: idleTimeout },
    { call: 'getpid', args: [], storeAt: idleTimeout + 8 },
  ]);
}
if (process.argv[2] === 'busy') {
  const { address } = await target.load(endless[architecture]);
  // It begins before this comes back, and never returns.
  void target.run([{ call: 'code', args: [address] }]);
}
console.log(target.pid);
setInterval(() => {}, 1000);
