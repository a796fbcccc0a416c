import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { dynamicExecutable } from '../assembler/dynamic-elf.ts';
import { type ElfFile, readElf, textAt } from '../system/elf-file.ts';
import { MapbenchError } from '../system/errors.ts';
import { parseMaps } from '../system/memory.ts';
import type { Architecture } from '../system/syscalls.ts';
import {
  type AllocatorFunction,
  allocatorFunctions,
  type LibraryFunctions,
  type MeasuredProcess,
  type ThreadFunctions,
  writeString,
} from './measured-process.ts';
import { addresses } from './protocol.ts';
import { type Stub, stubCode } from './stub.ts';

/** What the stub needs of the C library. */
const imports = ['dlopen', 'dlsym', 'dlerror', '__errno_location', 'pthread_create', 'pthread_join'] as const;

/** Libraries that have them; since glibc 2.34 they are one. */
const wanted = /^(libc|libdl|libpthread)[.-]/;

/** A stub that the C library's loader starts, and where it has left the addresses of functions. */
export interface LoadedStub extends Stub {
  readonly imports: Readonly<Record<(typeof imports)[number], number>>;
}

/** A C library, as executables name it. */
export type CLibrary = Pick<ElfFile, 'interpreter' | 'needed'>;

/**
 * The stub with the C library that Node.js itself runs with. Throws an error of kind `unavailable` where that
 * is a part of it. `libc`: another one, for a process that is not of this host's kind.
 */
export function stubWithLibc(architecture: Architecture, libc: CLibrary = ownElf()): LoadedStub {
  const { interpreter, needed } = libc;
  const libraries = needed.filter((name) => wanted.test(name));
  if (interpreter === undefined || libraries.length === 0)
    throw new MapbenchError(
      'unavailable',
      'this Node.js is linked statically, so that no C library is known that a shared object could be loaded with; take one that is not',
    );
  const code = stubCode(architecture);
  const parts = { architecture, interpreter, needed: libraries, imports };
  const made = dynamicExecutable(code.bytes, addresses.stub, parts);
  const addressOf = (offset: number) => made.code + offset;
  return {
    file: made.file,
    handler: addressOf(code.handler),
    restorer: code.restorer === undefined ? undefined : addressOf(code.restorer),
    synchronize: code.synchronize === undefined ? undefined : addressOf(code.synchronize),
    imports: Object.fromEntries(imports.map((name, index) => [name, made.imports[index] ?? 0])) as Record<
      (typeof imports)[number],
      number
    >,
  };
}

function ownElf(): ElfFile {
  return readElf(process.execPath);
}

const RTLD_NOW = 2;

/**
 * Loads shared objects into a process, each for itself: what one names like another is not mixed up. Rejects
 * with an error of kind `unavailable` that says what the loader says.
 */
export async function loadLibraries(
  target: MeasuredProcess,
  paths: readonly string[],
  at: LoadedStub['imports'],
): Promise<Map<string, LibraryFunctions>> {
  const threads = await threadFunctions(target, at);
  const loaded = new Map<string, LibraryFunctions>();
  for (const path of paths) {
    using text = target.allocate(4096);
    const called = async (name: 'dlopen' | 'dlsym' | 'dlerror', first = 0, second = 0) => {
      const [result = 0] = await target.run([
        { call: 'code', args: [{ wordAt: at[name], plus: 0 }, first, second], mayFail: true },
      ]);
      return result;
    };
    const handle = await called('dlopen', writeString(text, path), RTLD_NOW);
    if (handle === 0)
      throw new MapbenchError(
        'unavailable',
        `${basename(path)} cannot be loaded: ${textOf(target, await called('dlerror'))}`,
      );
    const functions: Partial<Record<AllocatorFunction, number>> = {};
    for (const name of allocatorFunctions)
      functions[name] = await called('dlsym', handle, writeString(text, name));
    loaded.set(path, {
      ...(functions as Record<AllocatorFunction, number>),
      ...threads,
      ...rangeAround(await target.readText(`/proc/${target.pid}/maps`), functions.mapbench_load ?? 0),
    });
  }
  return loaded;
}

async function threadFunctions(target: MeasuredProcess, at: LoadedStub['imports']): Promise<ThreadFunctions> {
  using words = target.allocate(24);
  const from = [at.__errno_location, at.pthread_create, at.pthread_join];
  await target.run(
    from.map((wordAt, index) => ({
      call: 'store' as const,
      args: [words.address + 8 * index, { wordAt, plus: 0 }],
    })),
  );
  const view = new BigUint64Array(words.bytes.buffer, words.bytes.byteOffset, from.length);
  const [errnoLocation = 0, threadCreate = 0, threadJoin = 0] = Array.from(view, Number);
  return { errnoLocation, threadCreate, threadJoin };
}

/** The mapping that an address lies in. */
function rangeAround(maps: string | undefined, address: number) {
  const found = parseMaps(maps ?? '').find(({ start, end }) => start <= address && address < end);
  return { begin: found?.start ?? address, end: found?.end ?? address };
}

/** A string of C in a process's memory. */
function textOf({ pid }: MeasuredProcess, address: number): string {
  const bytes = Buffer.alloc(512);
  const fd = openSync(`/proc/${pid}/mem`, 'r');
  try {
    readSync(fd, bytes, 0, bytes.length, address);
    return textAt(bytes, 0);
  } finally {
    closeSync(fd);
  }
}
