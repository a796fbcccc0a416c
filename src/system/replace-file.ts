import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { OPEN, openFlagsFor } from './constants.ts';
import { hostArchitecture } from './syscalls.ts';

/**
 * Puts a text into a file, whole or not at all: whoever reads the file, and whenever this process or the
 * machine stops, finds the old text or the new one. A file that can be written but not replaced (a bind
 * mount, a folder that is not ours) is written in place; so is what is no regular file. Throws what the
 * system call says.
 */
export function replaceFile(path: string, text: string): void {
  const existing = statSync(path, { throwIfNoEntry: false });
  // A device or a pipe, as /dev/stdout: a rename would put a file in its place.
  if (existing !== undefined && !existing.isFile()) {
    writeFileSync(path, text);
    return;
  }
  const target = existing === undefined ? path : realpathSync(path);
  const draft = draftOf(target);
  try {
    writeDurably(draft, text, existing?.mode);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    if (existing === undefined || !isRefusal(error)) throw error;
    writeInPlace(target, text);
  }
  syncFolder(dirname(target));
}

/**
 * Tries whether `replaceFile` could write now, and leaves everything as it was, whenever this process dies.
 * Throws what the system call says.
 */
export function tryToReplace(path: string): void {
  const existing = statSync(path, { throwIfNoEntry: false });
  // Opening a pipe may wait for its reader.
  if (existing !== undefined && !existing.isFile()) {
    accessSync(path, constants.W_OK);
    return;
  }
  const target = existing === undefined ? path : realpathSync(path);
  try {
    tryToMake(dirname(target));
  } catch (error) {
    if (existing === undefined || !isRefusal(error)) throw error;
    closeSync(openSync(target, 'r+'));
  }
}

/** Makes a file without a name in a folder, which is gone when it is closed. */
function tryToMake(folder: string): void {
  let file: number;
  try {
    file = openSync(folder, openFlagsFor(hostArchitecture() ?? 'x64', OPEN.O_TMPFILE | OPEN.O_WRONLY), 0o600);
  } catch (error) {
    // Some file systems have no such files.
    if (!/^(EOPNOTSUPP|EISDIR|EINVAL)$/.test(codeOf(error))) throw error;
    accessSync(folder, constants.W_OK);
    return;
  }
  try {
    writeSync(file, ' '.repeat(blockSize));
  } finally {
    closeSync(file);
  }
}

/** Writes a file of one's own, and has it on the disk. Throws what the system call says. */
export function writeDurably(path: string, text: string, mode = 0o666): void {
  const file = openSync(path, 'w', mode);
  try {
    // Of a file that there was the umask took nothing.
    if (mode !== 0o666) fchmodSync(file, mode & 0o7777);
    writeAll(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Has the names of a folder on the disk. */
export function syncFolder(folder: string): void {
  try {
    const file = openSync(folder, 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    // A folder that may be written but not read, and file systems that have nothing to sync.
    if (!/^(EACCES|EINVAL)$/.test(codeOf(error))) throw error;
  }
}

/**
 * Makes a folder, and those that it is in, where they are missing. Throws what mkdir says. Node's own way,
 * `recursive`, never ends where a folder that is there has room for none, as in /proc.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another run was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** What a file system gives to a file at a time, in bytes. */
const blockSize = 4096;

const draftOf = (path: string) => join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? '';

/** Whether a file may not be replaced, which says nothing of whether it may be written. */
const isRefusal = (error: unknown) => /^(EACCES|EPERM|EROFS|EBUSY|EXDEV)$/.test(codeOf(error));

function writeInPlace(path: string, text: string): void {
  // Not emptied first: a disk without room for the new text keeps most of the old.
  const file = openSync(path, 'r+');
  try {
    ftruncateSync(file, writeAll(file, text));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Writes all of a text, and returns how many bytes it has. */
function writeAll(file: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
  return bytes.length;
}
