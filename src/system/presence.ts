import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { callLibc } from './libc.ts';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;

/** A process that says of itself that it is there. */
export interface Presence {
  /** The ids of the other processes that now say so, in order. */
  others(): number[];
  end(): void;
}

/**
 * Says to all processes of this machine, whoever's they are, that this one is there, until it ends or dies.
 * It is the name of an abstract Unix socket: the kernel lists those to everybody, needs no file for them, and
 * frees them however the process dies. Containers with a network of their own do not see each other. Does
 * nothing where the kernel refuses.
 */
export function announce(topic: string): Presence {
  // Processes of two containers can have the same id.
  const name = `${topic}/${process.pid}/${randomBytes(4).toString('hex')}`;
  const fd = bindName(name);
  return {
    others: () => idsOf(topic, name),
    end() {
      if (fd !== undefined) callLibc('close', fd);
    },
  };
}

/** Children do not inherit it: they may outlive the process. */
function bindName(name: string): number | undefined {
  try {
    const fd = callLibc('socket', AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const address = Buffer.from(`\0\0\0${name}`);
    // All architectures of mapbench are little-endian.
    address.writeUInt16LE(AF_UNIX);
    callLibc('bind', fd, address, address.length);
    return fd;
  } catch {
    return undefined;
  }
}

/** The processes that the kernel's list of sockets names under a topic. */
function idsOf(topic: string, own: string): number[] {
  const ids = listOfSockets()
    .split('\n')
    .map((line) => line.slice(line.indexOf('@') + 1))
    .filter((name) => name.startsWith(`${topic}/`) && name !== own)
    .map((name) => Number(name.split('/')[1]));
  return ids.filter((id) => Number.isInteger(id) && id > 0).sort((a, b) => a - b);
}

function listOfSockets(): string {
  try {
    return readFileSync('/proc/net/unix', 'utf8');
  } catch {
    return '';
  }
}
