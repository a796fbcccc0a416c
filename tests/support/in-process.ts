import { runCommandLine } from '../../src/cli/command-line.ts';
import type { Ending } from '../robustness/judge.ts';

/**
 * Calls mapbench's command line in this process. A command that begins to measure is interrupted at once, as
 * by a user who presses Ctrl+C: all that is refused before is refused, and a child process is killed as soon
 * as it is started.
 */
export async function callMapbench(words: readonly string[]): Promise<Ending> {
  const output = { stdout: '', stderr: '' };
  const restore = [
    divert(process.stdout, (text) => {
      output.stdout += text;
    }),
    divert(process.stderr, (text) => {
      output.stderr += text;
    }),
  ];
  // Once: a second Ctrl+C ends the process, and a command can listen in two places.
  let isPressed = false;
  let isRunning = true;
  const interrupt = (event: string | symbol) => {
    if (event !== 'SIGINT' || isPressed) return;
    isPressed = true;
    // A listener is told of before it is there; by then what was refused has ended.
    setImmediate(() => {
      if (isRunning) process.emit('SIGINT');
    });
  };
  process.on('newListener', interrupt);
  try {
    const status = await runCommandLine(words);
    return { status, ...output };
  } finally {
    isRunning = false;
    process.off('newListener', interrupt);
    for (const each of restore) each();
    process.exitCode = 0;
  }
}

/** Has a stream's text go elsewhere; undone by the function it returns. */
function divert(stream: NodeJS.WriteStream, take: (text: string) => void): () => void {
  const write = stream.write;
  stream.write = (text: string | Uint8Array, ...more: never[]) => {
    // Bytes are what the runner of tests says to its parent.
    if (typeof text !== 'string') return write.call(stream, text, ...more);
    take(text);
    return true;
  };
  return () => {
    stream.write = write;
  };
}
