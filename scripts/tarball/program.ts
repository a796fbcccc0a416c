import { spawnSync } from 'node:child_process';

/**
 * Runs a program to its end in a folder and returns what it prints, or its errors where it shall fail. Throws
 * unless it exits with `status`.
 */
export function run(
  cwd: string,
  command: readonly string[],
  { env = {}, status = 0 }: { env?: NodeJS.ProcessEnv; status?: number } = {},
): string {
  const [program = '', ...parameters] = command;
  const done = spawnSync(program, parameters, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 300_000,
    maxBuffer: 2 ** 26,
  });
  if (done.error !== undefined) throw done.error;
  if (done.status === status) return status === 0 ? done.stdout : done.stderr;
  throw new Error(`${command.join(' ')} exits with ${done.status}:\n${done.stdout}${done.stderr}`);
}
