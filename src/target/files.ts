import { AT_FDCWD, OPEN } from '../system/constants.ts';
import {
  isError,
  type MeasuredProcess,
  type Operation,
  systemCall,
  writeString,
} from './measured-process.ts';

/** Bytes that one read asks for, and reads at a time: /proc gives about a page each. */
const readBytes = 16 * 1024;
const readsAtOnce = 8;

/** The text of a file as the measured process sees it; undefined where it cannot be read. */
export async function readText(target: MeasuredProcess, path: string): Promise<string | undefined> {
  using buffer = target.allocate(readsAtOnce * readBytes);
  const fd = await systemCall(
    target,
    'openat',
    AT_FDCWD,
    writeString(buffer, path),
    OPEN.O_RDONLY | OPEN.O_CLOEXEC,
    0,
  );
  if (isError(fd)) return undefined;
  const reads = Array.from(
    { length: readsAtOnce },
    (_, index): Operation => ({
      call: 'read',
      args: [fd, buffer.address + index * readBytes, readBytes],
      mayFail: true,
    }),
  );
  const parts: Uint8Array[] = [];
  for (let isWhole = false; !isWhole; ) {
    const lengths = await target.run(reads);
    for (const [index, length] of lengths.entries()) {
      const start = index * readBytes;
      if (length > 0) parts.push(buffer.bytes.slice(start, start + length));
    }
    isWhole = (lengths.at(-1) ?? 0) <= 0;
  }
  await systemCall(target, 'close', fd);
  return Buffer.concat(parts).toString('utf8');
}

/** The mappings of the measured process as /proc/<pid>/maps has them. */
export async function readMaps(target: MeasuredProcess): Promise<string> {
  return (await readText(target, '/proc/self/maps')) ?? '';
}
