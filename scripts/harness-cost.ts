/** What mapbench itself costs an iteration: an empty program in both engines. `npm run harness-cost` */

import { buildProgram } from '../src/program/builder.ts';
import { type LoadedCode, withProgram } from '../src/program/engine.ts';
import { FfiCode } from '../src/program/ffi.ts';
import { NativeCode } from '../src/program/native/engine.ts';
import { chooseCpu } from '../src/runner/request.ts';
import { median } from '../src/statistics/descriptive.ts';
import { pageSize } from '../src/system/memory.ts';
import { hostArchitecture } from '../src/system/syscalls.ts';
import { StubProcess } from '../src/target/stub-process.ts';
import { ThisProcess } from '../src/target/this-process.ts';
import { contentOf } from '../src/workloads/load.ts';
import { ret } from '../src/workloads/page-starts.ts';

const batches = 21;

const architecture = hostArchitecture();
if (architecture === undefined) throw new Error('x86-64 and AArch64 only');
const source = {
  program: buildProgram('empty', { pages: 1, pageSize: pageSize() }, () => {}),
  content: contentOf(ret, 0, architecture).at(0, 0).content,
  layout: 'guarded',
} as const;

async function print(engine: string, code: LoadedCode, iterations: number): Promise<void> {
  const samples = await withProgram(code, async (program) => {
    const taken: number[] = [];
    while (taken.length < batches) taken.push((await program.batch(iterations)).nanoseconds / iterations);
    return taken;
  });
  console.log(
    `${engine}: ${median(samples).toFixed(3)} ns an empty iteration (median of ${batches} batches)`,
  );
}

await using stub = await StubProcess.start({
  architecture,
  pageSize: pageSize(),
  cpus: [chooseCpu()],
  signal: new AbortController().signal,
  timeout: 60_000,
});
await print('native', await NativeCode.load(stub, source), 20_000_000);
await using here = new ThisProcess(architecture, pageSize());
await print('ffi', await FfiCode.load(here, source), 200_000);
