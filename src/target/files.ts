import { AT_FDCWD, OPEN } from '../system/constants.ts';
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
const readBytes = 16 * 1024;
const readsAtOnce = 4;

/** The text of a file as the measured process sees it. Rejects with a RefusalError. */
async function readText(target: MeasuredProcess, path: string): Promise<string> {
  using buffer = target.allocate(readsAtOnce * readBytes);
  const open: Operation = {
    call: 'openat',
    args: [AT_FDCWD, writeString(buffer, path), OPEN.O_RDONLY | OPEN.O_CLOEXEC, 0],
  };
  const readsFrom = (fd: Operand): Operation[] =>
    Array.from({ length: readsAtOnce }, (_, index) => ({
      call: 'read',
      args: [fd, buffer.address + index * readBytes, readBytes],
      mayFail: true,
    }));
  const parts: Uint8Array[] = [];
  const keep = (lengths: readonly number[]) => {
    for (const [index, length] of lengths.entries()) {
      const start = index * readBytes;
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
  return Buffer.concat(parts).toString('utf8');
}

/** The mappings of the measured process as /proc/<pid>/maps has them. Rejects with a RefusalError. */
export function readMaps(target: MeasuredProcess): Promise<string> {
  return readText(target, '/proc/self/maps');
}
