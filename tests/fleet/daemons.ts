import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { lacking, type Tool } from '../support/tools.ts';

/** Daemons of a test, which end with it. */
export interface Daemons {
  /** Starts a program that stays in the foreground. */
  start(command: string, parameters: readonly string[]): ChildProcess;
  /** Ends all of them, the last one first, and waits until they are gone. */
  stop(): Promise<void>;
}

/** Milliseconds after which a daemon that was asked to end is killed. */
const timeoutMs = 10_000;

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
        const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
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

/** Why a test cannot run that needs these daemons and root, or false. */
export function lackingDaemons(...programs: readonly Tool[]): string | false {
  return lacking(...programs) || (process.getuid?.() !== 0 && 'the daemons need root');
}
