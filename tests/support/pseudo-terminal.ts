import { spawn } from 'node:child_process';
import { bin } from './mapbench.ts';

/** How a terminal is. */
export interface PseudoTerminal {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Of what was written so far: keys to press now. */
  readonly type?: (written: string) => string | undefined;
}

/** Runs mapbench on a terminal of its own; resolves with all that it wrote there and its status. */
export async function onTerminal(
  parameters: readonly string[],
  { columns, rows, env = {}, type }: PseudoTerminal,
): Promise<{ readonly written: string; readonly status: number | null }> {
  const command = `stty cols ${columns} rows ${rows}; exec ${[process.execPath, bin, ...parameters].join(' ')}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...process.env, NO_COLOR: undefined, TERM: 'xterm', LC_ALL: 'C.UTF-8', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let written = '';
  child.stdout.setEncoding('utf8').on('data', (data) => {
    written += data;
    const keys = type?.(written);
    if (keys !== undefined) child.stdin.write(keys);
  });
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { written, status };
}
