import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createDaemons, freePorts } from './daemons.ts';

/** An ssh server on the loopback with keys of its own. */
export interface SshServer {
  /** The command that reaches it, under each of the names. */
  readonly ssh: string;
  stop(): Promise<void>;
}

/**
 * Starts sshd, known under these names; what else is asked for, as `away`, resolves to a port that nobody
 * listens at.
 */
export async function startSshServer(
  folder: string,
  names: readonly string[],
  away: string,
): Promise<SshServer> {
  const file = (name: string) => join(folder, name);
  const [port = 0, deadPort = 0] = await freePorts(2);
  for (const key of ['host-key', 'user-key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(key)]);
  writeFileSync(file('authorized_keys'), readFileSync(file('user-key.pub')), { mode: 0o600 });
  writeFileSync(file('sshd_config'), serverConfiguration(file, port));
  writeFileSync(
    file('ssh_config'),
    [
      ...names.map((name) => clientConfiguration(file, name, port)),
      clientConfiguration(file, away, deadPort),
    ].join('\n'),
  );
  // Debian's sshd wants its empty folder, which its service would make.
  mkdirSync('/run/sshd', { recursive: true });
  const daemons = createDaemons();
  daemons.start('/usr/sbin/sshd', ['-D', '-e', '-f', file('sshd_config')]);
  try {
    await listensAt(port);
  } catch (error) {
    await daemons.stop();
    throw error;
  }
  return { ssh: `ssh -F ${file('ssh_config')}`, stop: () => daemons.stop() };
}

function serverConfiguration(file: (name: string) => string, port: number): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${file('host-key')}`,
    `AuthorizedKeysFile ${file('authorized_keys')}`,
    `PidFile ${file('sshd.pid')}`,
    // The keys lie below /tmp, which everybody may write to.
    ...['StrictModes no', 'UsePAM no', 'PasswordAuthentication no', 'PermitRootLogin prohibit-password'],
  ].join('\n');
}

function clientConfiguration(file: (name: string) => string, name: string, port: number): string {
  return [
    `Host ${name}`,
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    `  User ${userInfo().username}`,
    `  IdentityFile ${file('user-key')}`,
    `  UserKnownHostsFile ${file('known_hosts')}`,
    ...['  IdentitiesOnly yes', '  StrictHostKeyChecking no', '  BatchMode yes', '  LogLevel ERROR'],
  ].join('\n');
}

async function listensAt(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nobody listens at port ${port} after 10 s`);
}
