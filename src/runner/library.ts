import { basename } from 'node:path';
import { findStrategy } from '../strategies/catalogue.ts';
import type { Strategy } from '../strategies/strategy.ts';
import { readElf } from '../system/elf-file.ts';
import { RequestError } from '../system/errors.ts';
import { hostArchitecture } from '../system/syscalls.ts';
import { allocatorFunctions } from '../target/measured-process.ts';

/** Whether a file is a shared object. */
export const isLibrary = (file: string): boolean => /\.so(\.\d+)*$/.test(file);

/**
 * The strategy of an allocator in a shared object (examples/allocators/mapbench.h), named as its file. `file`
 * is an absolute path. Throws a RequestError where it is none, or lacks a function.
 */
export function libraryStrategy(file: string): Strategy {
  const { architecture, isShared, functions } = readElf(file);
  const short = basename(file);
  if (!isShared || architecture === undefined)
    throw new RequestError(
      `${file} is no shared object of x86-64 or AArch64; build it with cc -shared -fPIC`,
    );
  if (architecture !== hostArchitecture())
    throw new RequestError(`${file} is for another processor than this host's; build it here`);
  const missing = allocatorFunctions.filter((name) => !functions.includes(name));
  if (missing.length > 0)
    throw new RequestError(
      `${file} has no function ${missing.join(', ')}; it takes ${allocatorFunctions.join(', ')}, as in examples/allocators/mapbench.h`,
    );
  const name = short.replace(/\.so.*$/, '').replaceAll(/[^a-zA-Z0-9_]/g, '_');
  return {
    name: findStrategy(name) === undefined ? name : `${name}_so`,
    summary: `the allocator in ${short}`,
    wx: 'unknown',
    needs: 'what the shared object needs',
    library: file,
    define: () => {},
  };
}
