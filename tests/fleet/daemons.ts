import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';

/** Daemons of a test, which end with it. */
export interface Daemons {
  /** Starts a program that stays in the foreground. */
  start(command: string, parameters: readonly string[]): ChildProcess;
  /** Ends all of them, the last one first, and waits until they are gone. */
  stop(): Promise<void>;
}

/** Milliseconds after which a daemon that was asked to end is killed. */
const patience = 10_000;

/** No daemons yet. */
export function createDaemons(): Daemons {
  const started: { readonly child: ChildProcess; readonly ended: Promise<void> }[] = [];
  return {
    start(command, parameters) {
      const child = spawn(command, parameters, { stdio: 'ignore' });
      const ended = new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.once('error', () => resolve());
      });
      started.push({ child, ended });
      return child;
    },
    async stop() {
      for (const { child, ended } of started.reverse()) {
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), patience);
        await ended;
        clearTimeout(timer);
      }
      started.length = 0;
    },
  };
}

/** Ports of the loopback that nobody listens at. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Why a test cannot run that needs these programs and root, or false. */
export function withoutPrograms(programs: readonly string[], packages: string): string | false {
  const missing = programs.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
  if (missing.length > 0) return `${missing.join(', ')} missing: apt-get install ${packages}`;
  return process.getuid?.() === 0 ? false : 'the daemons need root';
}
