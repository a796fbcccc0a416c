import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildWithSameLoop } from '../../scripts/accuracy/same-loop.ts';
import { programInC } from '../../src/program/c/program.ts';
import { programFor } from '../../src/runner/bench.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { findWorkload } from '../../src/workloads/catalogue.ts';
import { lacking } from '../support/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-same-loop-'));
after(() => rmSync(folder, { recursive: true }));

/** Builds C around a strategy's own loop; the path of the program, undefined where there can be none. */
function built(name: string, workloadName: 'ret' | 'module'): string | undefined {
  const [strategy, workload] = [findStrategy(name), findWorkload(workloadName)];
  assert.ok(strategy);
  const program = programFor(strategy, workload, { pages: 3, pageSize: 4096 });
  const c = programInC(program, workload, 'guarded', { version: '', summary: '' });
  const path = join(folder, `${name}-${workloadName}`);
  return buildWithSameLoop(path, c, program, workload, ['-O2', '-Wall', '-Werror']) ? path : undefined;
}

// Its mapping lives for one load, for all, or is another one after each.
for (const name of ['naive', 'reuse', 'memfd', 'memfd_remap', 'reuse_batch'])
  test(`C around the loop of ${name} runs it`, { skip: lacking('cc') }, () => {
    const path = built(name, 'ret');
    assert.ok(path);
    const { status, stdout, stderr } = spawnSync(path, ['0', '0.1', '2'], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.match(
      stdout,
      new RegExp(`^${name}: [\\d.]+ ns/iteration \\(median of 2 batches of \\d+ iterations\\)\n$`),
    );
  });

test('there is none of a workload whose code lies beside the loop', () => {
  assert.equal(built('memfd', 'module'), undefined);
});
