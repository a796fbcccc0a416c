import { AT_FDCWD, FCNTL, OPEN } from '../system/constants.ts';
import { RefusalError } from '../system/refusal.ts';
import {
  isError,
  type MeasuredProcess,
  type Operand,
  type Operation,
  systemCall,
  writeString,
} from './measured-process.ts';

/** Bytes that one read asks for, and reads at a time: /proc gives about a page each. */
const bytesARead = 16 * 1024;
const readsAtOnce = 4;

/** A file as the measured process sees it; undefined where it cannot be read. */
export async function readBytes(target: MeasuredProcess, path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(target, path);
  } catch (error) {
    if (error instanceof RefusalError) return undefined;
    throw error;
  }
}

/** Rejects with a RefusalError. */
async function readFile(target: MeasuredProcess, path: string): Promise<Uint8Array> {
  // What was read last is mostly what is read next: little of it has to be sent then.
  using buffer = target.allocate(readsAtOnce * bytesARead, false);
  const open: Operation = {
    call: 'openat',
    args: [AT_FDCWD, writeString(buffer, path), OPEN.O_RDONLY | OPEN.O_CLOEXEC, 0],
  };
  const readsFrom = (fd: Operand): Operation[] =>
    Array.from({ length: readsAtOnce }, (_, index) => ({
      call: 'read',
      args: [fd, buffer.address + index * bytesARead, bytesARead],
      mayFail: true,
    }));
  const parts: Uint8Array[] = [];
  const keep = (lengths: readonly number[]) => {
    for (const [index, length] of lengths.entries()) {
      const start = index * bytesARead;
      if (length > 0) parts.push(buffer.bytes.slice(start, start + length));
    }
  };
  const opened: Operand = { wordAt: target.resultAddress(0), plus: 0 };
  const [fd = 0, ...first] = await target.run([open, ...readsFrom(opened)]);
  if (isError(fd)) throw new RefusalError({ call: 'openat', errno: -fd, path }, target.refused());
  for (let lengths = first; ; lengths = await target.run(readsFrom(fd))) {
    keep(lengths);
    if ((lengths.at(-1) ?? 0) <= 0) break;
  }
  await systemCall(target, 'close', fd);
  return Buffer.concat(parts);
}

/**
 * So many bytes of a file from an offset on, which must be there; undefined where they cannot be read.
 */
export async function readPart(
  target: MeasuredProcess,
  path: string,
  { offset, length }: { readonly offset: number; readonly length: number },
): Promise<Uint8Array | undefined> {
  using buffer = target.allocate(Math.max(length, path.length + 1));
  const opened: Operand = { wordAt: target.resultAddress(0), plus: 0 };
  const [fd = 0, read = 0] = await target.run([
    {
      call: 'openat',
      args: [AT_FDCWD, writeString(buffer, path), OPEN.O_RDONLY | OPEN.O_CLOEXEC, 0],
    },
    { call: 'pread64', args: [opened, buffer.address, length, offset], mayFail: true },
  ]);
  if (isError(fd)) return undefined;
  await systemCall(target, 'close', fd);
  return read === length ? buffer.bytes.slice(0, length) : undefined;
}

/** The mappings of the measured process as /proc/<pid>/maps has them. Rejects with a RefusalError. */
export async function readMaps(target: MeasuredProcess): Promise<string> {
  return Buffer.from(await readFile(target, '/proc/self/maps')).toString('utf8');
}

/** As `readBytes`, of a text. */
export async function readText(target: MeasuredProcess, path: string): Promise<string | undefined> {
  const bytes = await readBytes(target, path);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
}

/** Descriptors that are looked at: far more than any strategy opens for some dozen modules. */
const lookedAt = 250;

/** The numbers of the measured process's open descriptors. */
export async function openDescriptors(target: MeasuredProcess): Promise<Set<string>> {
  const results = await target.run(
    Array.from({ length: lookedAt }, (_, fd) => ({
      call: 'fcntl',
      args: [fd, FCNTL.F_GETFD, 0],
      mayFail: true,
    })),
  );
  return new Set(results.flatMap((result, fd) => (isError(result) ? [] : [String(fd)])));
}
