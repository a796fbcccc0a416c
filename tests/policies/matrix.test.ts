import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { applyPolicies, needsOwnPids, PolicyError } from '../../src/policies/apply.ts';
import { parseMatrix } from '../../src/results/matrix.ts';
import { runMatrix } from '../../src/runner/attempts.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { hostArchitecture } from '../../src/system/syscalls.ts';
import { systemCall } from '../../src/target/measured-process.ts';
import { cannotRun } from '../support/host.ts';
import { withHugePages } from '../support/mapbench.ts';
import { mapsOf, withStub } from '../support/stub.ts';
import { cannotMount } from '../support/tools.ts';

const restorePool = withHugePages();
after(() => restorePool?.());

const folder = join(import.meta.dirname, '../../results/policies');

/** What a cell says, without the figures of its host. */
const gist = ({ status, reason = '' }: { readonly status: string; readonly reason?: string | undefined }) =>
  `${status} ${/^\w+: E\w+/.exec(reason)?.[0] ?? ''}`.trim();

for (const file of readdirSync(folder)) {
  const recorded = parseMatrix(readFileSync(join(folder, file), 'utf8'), file);
  const skip =
    cannotMount() ||
    (recorded.host.architecture !== hostArchitecture() && `of ${recorded.host.architecture}`);

  test(`${file}: every strategy under each policy runs or is refused as recorded`, { skip }, async () => {
    const strategies = catalogue.filter((each) => !cannotRun(each, restorePool));
    const policies = recorded.policies.map((policy) => policy ?? undefined);
    const rows = await runMatrix(
      strategies.map((strategy) => ({ strategy })),
      policies,
      new AbortController().signal,
    );
    // What an older kernel does not have it refuses without a policy, too.
    const known = rows.filter(({ cells }) => cells[0]?.status !== 'unavailable');
    const outcomes = (of: readonly { strategy: string; cells: readonly Parameters<typeof gist>[0][] }[]) =>
      Object.fromEntries(of.map(({ strategy, cells }) => [strategy, cells.map(gist)]));
    const expected = recorded.rows.filter((row) => known.some(({ strategy }) => strategy === row.strategy));
    assert.deepEqual(outcomes(known), outcomes(expected));
  });
}

const [PR_GET_PDEATHSIG, SIGKILL] = [2, 9];

for (const policy of [
  'mdwe',
  'memlock=64K',
  'noexec-shm',
  'memfd-noexec=2',
  'seccomp=docker',
  'seccomp=systemd-mdwe',
  'unprivileged',
])
  test(`a process under ${policy} ends with its host, and tells its mappings`, (t) =>
    withStub(
      async (target) => {
        try {
          await applyPolicies(target, policy);
        } catch (error) {
          assert.ok(error instanceof PolicyError);
          return t.skip(error.message);
        }
        using word = target.allocate(8);
        await systemCall(target, 'prctl', PR_GET_PDEATHSIG, word.address, 0, 0, 0);
        assert.equal(word.bytes[0], SIGKILL);
        assert.ok((await mapsOf(target)).length > 3);
      },
      { ownPids: needsOwnPids(policy) && process.getuid?.() === 0 },
    ));
