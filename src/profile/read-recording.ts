import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { MapbenchError } from '../system/errors.ts';

/**
 * Reads what `perf script` writes of a recording, line by line. Rejects with an error of kind `failed` whose
 * message is perf's where perf cannot; an abort ends it.
 */
export async function readRecording(
  file: string,
  parameters: readonly string[],
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const child = spawn('perf', ['script', '-i', file, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => {
    stderr = (stderr + data.toString()).slice(-2000);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  for await (const line of createInterface({ input: child.stdout })) onLine(line);
  if ((await ended) !== 0)
    throw new MapbenchError('failed', `perf script: ${stderr.trim().split('\n').at(-1) ?? ''}`);
}
