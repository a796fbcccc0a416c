import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { engineNames } from '../../src/program/names.ts';
import { Forks } from '../../src/runner/forks.ts';
import type { MeasureJob } from '../../src/runner/message.ts';
import { allowedCpus } from '../../src/system/cpus.ts';
import { caseOf } from '../support/cases.ts';
import { childrenOf, waitFor } from '../support/mapbench.ts';

const forks = new Forks();
after(() => forks[Symbol.dispose]());
const { signal } = new AbortController();
const cpu = allowedCpus().at(-1) ?? 0;

/** The CPUs that a process may run on. */
const cpusOf = (pid: number) =>
  /^Cpus_allowed_list:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

for (const engine of engineNames) {
  const rwx = caseOf('rwx', { engine });
  const jobOf = (time: number): MeasureJob => ({ kind: 'measure', cases: [rwx], time });

  test(`${engine}: a process that does not answer is killed and failed`, async () => {
    const outcome = await forks.run(jobOf(60_000), { cpu, signal, timeout: 1500 });
    assert.deepEqual(outcome, { kind: 'failed', reason: 'hung: no result within 1.5 s' });
    assert.deepEqual(childrenOf(process.pid), []);
  });

  test(`${engine}: what cannot be done is failed with its own words`, async () => {
    const job = { ...jobOf(20), cases: [{ ...rwx, strategy: 'none' }] };
    const outcome = await forks.run(job, { cpu, signal });
    assert.equal(outcome.kind, 'failed');
    assert.match(outcome.kind === 'failed' ? outcome.reason : '', /cannot run rwx\/pages=1.* here/);
  });

  test(`${engine}: the process runs on its CPU, and this one where it ran before`, async () => {
    const before = allowedCpus();
    for (const wanted of before) {
      const aborting = new AbortController();
      const running = forks.run(jobOf(60_000), { cpu: wanted, signal: aborting.signal });
      const pid = await waitFor('the process', () => childrenOf(process.pid)[0]);
      assert.equal(cpusOf(pid), String(wanted));
      aborting.abort();
      assert.equal((await running).kind, 'failed');
      assert.ok(!existsSync(`/proc/${pid}`));
    }
    assert.deepEqual(allowedCpus(), before);
  });
}
