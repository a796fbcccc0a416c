import { type LoadedCode, withProgram } from '../program/engine.ts';
import type { NativeCode } from '../program/native/engine.ts';
import { StepFailure } from '../program/step-failure.ts';
import { isExhausted } from '../system/refusal.ts';
import { type MemoryOfMapping, parseSmaps } from '../system/smaps.ts';
import { openDescriptors, readText } from '../target/files.ts';
import type { MeasuredProcess } from '../target/measured-process.ts';
import type { MemoryReport } from './message.ts';

/** Live modules that are weighed together, if so many can be had: their mean is of a module. */
const mostModules = 64;

/**
 * What live modules weigh: so many are loaded and kept, and what the process holds then is divided among
 * them. Of huge pages, of which a pool has few, less are loaded. Guards of the layout count nowhere. Rejects
 * with what loading one module rejects with.
 */
export async function weigh(
  codeFor: (modules: number) => Promise<NativeCode>,
  maxMappings: number | undefined,
): Promise<MemoryReport> {
  for (let modules = mostModules; ; modules = Math.floor(modules / 4)) {
    using code = await codeFor(modules);
    try {
      return await weighModules(code, modules, maxMappings);
    } catch (error) {
      const isTooMuch = error instanceof StepFailure && isExhausted(error.errno);
      if (!isTooMuch || modules < 4) throw error;
    }
  }
}

async function weighModules(
  code: LoadedCode,
  modules: number,
  maxMappings: number | undefined,
): Promise<MemoryReport> {
  const { target } = code;
  // What the process itself needs for a placement is mapped by the first.
  await withProgram(code, (program) => program.runAll());
  const before = await holdingsOf(target);
  const { held, own } = await withProgram(code, async (program) => {
    // What is run is there, also where it was written through another mapping.
    await program.runAll();
    const ranges = program.ranges();
    const isOwn = ({ start, end }: MemoryOfMapping) =>
      ranges.some(({ address, length }) => start < address + length && address < end);
    const now = await holdingsOf(target);
    return { held: now, own: now.mappings.filter(isOwn) };
  });
  const after = await holdingsOf(target);
  const known = new Set(before.mappings.map(({ start }) => start));
  const each = (total: number) => total / modules;
  const sum = (of: (mapping: MemoryOfMapping) => number) =>
    each(own.reduce((total, mapping) => total + of(mapping), 0));
  return {
    modules,
    resident: each(residentOf(own)),
    shared: sum((mapping) => (isSharedMemory(mapping) ? mapping.proportional : 0)),
    huge: each(hugeIn(own)),
    pageTables: each(held.pageTables - before.pageTables),
    mappings: each(own.length),
    descriptors: each(held.descriptors - before.descriptors),
    reserved: sum(({ start, end }) => end - start),
    ...(maxMappings !== undefined && {
      atMost: Math.floor((maxMappings - before.mappings.length) / each(own.length)),
    }),
    left: {
      resident: residentOf(after.mappings.filter(({ start }) => !known.has(start))),
      mappings: after.mappings.length - before.mappings.length,
      descriptors: after.descriptors - before.descriptors,
    },
  };
}

/** What a process holds. */
interface Holdings {
  readonly mappings: readonly MemoryOfMapping[];
  /** Bytes. */
  readonly pageTables: number;
  readonly descriptors: number;
}

async function holdingsOf(target: MeasuredProcess): Promise<Holdings> {
  const status = (await readText(target, '/proc/self/status')) ?? '';
  const mappings = parseSmaps((await readText(target, '/proc/self/smaps')) ?? '');
  return {
    // That page belongs to no process.
    mappings: mappings.filter(({ path }) => path !== '[vsyscall]'),
    pageTables: 1024 * Number(/^VmPTE:\s+(\d+) kB/m.exec(status)?.[1] ?? 0),
    descriptors: (await openDescriptors(target)).size,
  };
}

function residentOf(mappings: readonly MemoryOfMapping[]): number {
  return mappings.reduce((total, { proportional }) => total + proportional, hugeIn(mappings));
}

/** Of the pool of huge pages: two views of one place in a file hold the same pages. */
function hugeIn(mappings: readonly MemoryOfMapping[]): number {
  const byPlace = new Map(
    mappings.map(({ inode, offset, start, huge }) => [inode === 0 ? start : `${inode} ${offset}`, huge]),
  );
  return [...byPlace.values()].reduce((total, huge) => total + huge, 0);
}

/** Of memfd_create, shm_open and MAP_SHARED | MAP_ANONYMOUS: containers count it apart, as shmem. */
function isSharedMemory({ path, huge }: MemoryOfMapping): boolean {
  return huge === 0 && /^\/(?:memfd:|dev\/shm\/|dev\/zero|SYSV)/.test(path);
}
