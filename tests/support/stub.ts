import { allowedCpus } from '../../src/system/cpus.ts';
import { type MapsEntry, pageSize, parseMaps } from '../../src/system/memory.ts';
import { hostArchitecture } from '../../src/system/syscalls.ts';
import { readMaps } from '../../src/target/files.ts';
import type { MeasuredProcess } from '../../src/target/measured-process.ts';
import { addresses } from '../../src/target/protocol.ts';
import { SharedFile } from '../../src/target/shared-memory.ts';
import { type StubOptions, StubProcess } from '../../src/target/stub-process.ts';
import { ThisProcess } from '../../src/target/this-process.ts';
import type { Content } from '../../src/workloads/content.ts';
import { contentOf } from '../../src/workloads/load.ts';
import type { Workload } from '../../src/workloads/workload.ts';

export const architecture = hostArchitecture() ?? 'x64';

/** Starts a stub on any CPU; nothing ends it before its test does. */
export function startStub(options: Partial<StubOptions> = {}): Promise<StubProcess> {
  return StubProcess.start({
    architecture,
    cpus: allowedCpus(),
    pageSize: pageSize(),
    signal: new AbortController().signal,
    timeout: 120_000,
    ...options,
  });
}

/** Has a stub of its own for as long as `use` takes. */
export async function withStub<T>(
  use: (target: StubProcess) => Promise<T>,
  options: Partial<StubOptions> = {},
): Promise<T> {
  await using target = await startStub(options);
  return await use(target);
}

/** Has a stub into which a workload's code for modules of so many bytes was put. */
export async function withContent<T>(
  workload: Workload,
  bytes: number,
  use: (target: StubProcess, content: Content) => Promise<T>,
  options: Partial<StubOptions> = {},
): Promise<T> {
  const { length, staging, at } = contentOf(workload, bytes, options.architecture ?? architecture);
  const address = addresses.content;
  if (length === 0) return withStub((target) => use(target, at(0, 0).content), options);
  using file = new SharedFile('mapbench-content');
  file.extend(Math.ceil(length / pageSize()) * pageSize()).bytes.set(at(address, 0).bytes);
  return await withStub((target) => use(target, at(address, target.allocate(staging).address).content), {
    ...options,
    contents: [{ file, address }],
  });
}

/** Has this process for a measured one. */
export async function withThisProcess<T>(use: (target: ThisProcess) => Promise<T>): Promise<T> {
  await using target = new ThisProcess(architecture, pageSize());
  return await use(target);
}

export async function mapsOf(target: MeasuredProcess): Promise<MapsEntry[]> {
  return parseMaps(await readMaps(target));
}
