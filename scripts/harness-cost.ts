/** What mapbench itself costs an iteration: an empty program in both engines. `npm run harness-cost` */

import { buildProgram } from '../src/program/builder.ts';
import { engineNames } from '../src/program/engine.ts';
import { startProgram } from '../src/program/start.ts';
import { median } from '../src/statistics/quantile.ts';
import { hostArchitecture } from '../src/system/architecture.ts';
import { loadContent } from '../src/workloads/load.ts';
import { ret } from '../src/workloads/ret.ts';

const architecture = hostArchitecture();
if (architecture === undefined) throw new Error('x86-64 and AArch64 only');
const program = buildProgram('empty', { pages: 1, pageSize: 4096 }, () => {});
const iterations = { native: 20_000_000, ffi: 200_000 };
for (const engine of engineNames) {
  const running = startProgram(engine, {
    program,
    content: loadContent(ret, 0, architecture),
    layout: 'guarded',
    architecture,
  });
  const samples = Array.from(
    { length: 21 },
    () => running.batch(iterations[engine]).nanoseconds / iterations[engine],
  );
  console.log(
    `${engine}: ${median(samples).toFixed(3)} ns an empty iteration (median of ${samples.length} batches)`,
  );
  running.close();
}
