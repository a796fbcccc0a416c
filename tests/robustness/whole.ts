import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { bin } from '../support/mapbench.ts';
import type { Ending } from './judge.ts';

/** How a process of mapbench is started and ended. */
export interface Circumstances {
  readonly cwd?: string;
  /** Undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Programs that start it, with their arguments. */
  readonly through?: readonly string[];
  /** The whole command, where it is another. */
  readonly instead?: readonly string[];
  /** A signal to send, so many milliseconds after its start. */
  readonly kill?: { readonly signal: NodeJS.Signals; readonly after: number };
}

/** How a process of mapbench ended. */
export interface WholeEnding extends Ending {
  readonly pid: number | undefined;
  readonly signal: NodeJS.Signals | null;
  /** Ids of processes that it started and that are still there, half a second later at most. */
  readonly left: readonly number[];
}

/** The variable by which processes that mapbench started are known, whoever their parent is. */
const marker = 'MAPBENCH_TEST_MARKER';

/** Runs mapbench as a process of its own, to its end and that of its children. */
export async function runWhole(
  words: readonly string[],
  { cwd, env = {}, through = [], instead, kill }: Circumstances = {},
): Promise<WholeEnding> {
  const mark = randomUUID();
  const [program = '', ...parameters] = instead ?? [...through, process.execPath, bin, ...words];
  const child = spawn(program, parameters, {
    cwd,
    env: {
      ...process.env,
      NO_COLOR: '1',
      LC_ALL: 'C.UTF-8',
      NODE_TEST_CONTEXT: undefined,
      ...env,
      [marker]: mark,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  const timer = kill && setTimeout(() => child.kill(kill.signal), kill.after);
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on('close', (code, by) => resolve([code, by])),
  );
  clearTimeout(timer);
  return { pid: child.pid, status, signal, ...output, left: await remaining(mark) };
}

/** A child whose parent was killed dies with it, though not at the same moment. */
async function remaining(mark: string): Promise<number[]> {
  for (let tries = 0; ; tries++) {
    const left = processesMarked(mark);
    if (left.length === 0 || tries === 50) return left;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function processesMarked(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(`${marker}=${mark}`))
    .map(Number);
}

/** Of a process that has ended or is a zombie: nothing. */
function environmentOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/environ`, 'utf8');
  } catch {
    return '';
  }
}
