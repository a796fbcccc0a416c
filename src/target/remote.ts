import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MapbenchError } from '../system/errors.ts';
import type { Architecture } from '../system/syscalls.ts';
import { Connection } from './connection.ts';
import { TargetError } from './measured-process.ts';
import { streamStubFor } from './stub.ts';
import type { Reached, Way } from './target.ts';

/** Milliseconds in which a host or a container answers, and in which the stub starts there. */
const answerTimeout = 60_000;
const startTimeout = 20_000;

/** What machines are called (uname -m). */
const architectures: Readonly<Record<string, Architecture>> = { x86_64: 'x64', aarch64: 'arm64' };

/**
 * What a shell of the target runs. It says which machine it is; then it takes the stub's length and bytes
 * from its input, puts them into a file where programs may be, and becomes that program once the file is
 * gone.
 */
const bootstrap = `
umask 077
for folder in /dev/shm /tmp /var/tmp "$HOME" .; do
  file=$folder/mapbench-stub-$$
  printf '#!/bin/sh\\nexit 7\\n' 2>/dev/null >"$file" && chmod 700 "$file" && "$file" 2>/dev/null
  if [ $? = 7 ]; then break; fi
  rm -f "$file"
  file=
done
if [ ! -e /proc/self/fd ]; then lacks=proc; elif [ -z "$file" ]; then lacks=folder; else lacks=nothing; fi
echo "mapbench-target $(uname -m) $lacks"
read -r length
dd bs=1 count="$length" of="$file" 2>/dev/null
exec 9<"$file"
rm -f "$file"
exec /proc/self/fd/9
`;

/** What a target has not, by the word that the shell says. */
const lacking: Readonly<Record<string, string>> = {
  proc: 'it has no /proc; mount -t proc proc /proc',
  folder:
    'none of /dev/shm, /tmp, /var/tmp and the home folder lets programs be written and run; mount one without noexec',
};

/** A command that runs what is appended to it, as `docker run -i --rm debian`. */
export function commandWay(command: string): Way {
  return {
    name: `exec:${command}`,
    isBare: false,
    metric: 'time',
    reach: (signal) => reachShell(['sh', '-c', `${command} "$@"`, 'sh', 'sh', '-c', bootstrap], signal),
  };
}

/** A host that ssh reaches without asking for anything; `host` may have options of ssh before it. */
export function sshWay(host: string): Way {
  // The other end's own shell takes one text.
  const text = `exec sh -c '${bootstrap.replaceAll("'", "'\\''")}'`;
  const ssh = `ssh -T -o BatchMode=yes ${host} "$1"`;
  return {
    name: `ssh:${host}`,
    isBare: false,
    metric: 'time',
    reach: (signal) => reachShell(['sh', '-c', ssh, 'sh', text], signal),
  };
}

async function reachShell(command: readonly string[], signal: AbortSignal): Promise<Reached> {
  const connection = new Connection(command, { signal });
  try {
    const timer = setTimeout(
      () => connection.kill(new TargetError(`no answer within ${answerTimeout / 1000} s`, { isHung: true })),
      answerTimeout,
    );
    const [, machine = '', lacks = ''] = await connection
      .line(/^mapbench-target (\S+) (\w+)/)
      .finally(() => clearTimeout(timer));
    const architecture = architectures[machine];
    if (architecture === undefined)
      throw new TargetError(`it is a ${machine}; mapbench knows x86_64 and aarch64`);
    if (lacks in lacking) throw new TargetError(lacking[lacks] ?? lacks);
    const stub = streamStubFor(architecture);
    connection.send(Buffer.from(`${stub.file.length}\n`));
    connection.send(stub.file);
    await connection.ready(startTimeout, 'does its kernel let programs be run from there?');
    return { connection, architecture, stub };
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
}

/** Programs that run those of AArch64 on another processor, and the Debian packages that have them. */
const emulators = ['qemu-aarch64-static', 'qemu-aarch64'];

/** AArch64 programs under QEMU's user mode, on this host's kernel; `cpu` is a model of QEMU's. */
export function userModeWay(cpu: string | undefined): Way {
  return {
    name: cpu === undefined ? 'qemu-aarch64' : `qemu-aarch64=${cpu}`,
    isBare: false,
    // Of an emulated processor times mean nothing, and user mode has no kernel of its own.
    metric: undefined,
    reach: (signal) => reachUserMode(cpu, signal),
  };
}

/**
 * The first QEMU whose user mode carries out `ic ivau`: before, code that was written anew need not be what
 * runs.
 */
const leastQemu = [8, 1] as const;

/** The emulator on this host. Throws an error of kind `unavailable` where none would do. */
function emulator(): string {
  const found = emulators.flatMap((name) => {
    const { error, stdout } = spawnSync(name, ['--version'], { encoding: 'utf8' });
    const [, major = '0', minor = '0'] = /version (\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
    return error === undefined ? [{ name, major: Number(major), minor: Number(minor) }] : [];
  });
  const [least, leastMinor] = leastQemu;
  const fit = found.find(({ major, minor }) => major > least || (major === least && minor >= leastMinor));
  if (fit !== undefined) return fit.name;
  const [old] = found;
  throw new MapbenchError(
    'unavailable',
    old === undefined
      ? `AArch64 programs are run by ${emulators.join(' or ')}, which are not there; apt-get install qemu-user-static`
      : `${old.name} is version ${old.major}.${old.minor}, which ignores ic ivau, so that fresh code is not what runs; QEMU ${leastQemu.join('.')} carries it out, and so does a kernel (--target kernel=<Image>)`,
  );
}

async function reachUserMode(cpu: string | undefined, signal: AbortSignal): Promise<Reached> {
  const qemu = emulator();
  const stub = streamStubFor('arm64');
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-stub-'));
  const file = join(folder, 'stub');
  writeFileSync(file, stub.file, { mode: 0o700 });
  const connection = new Connection([qemu, ...(cpu === undefined ? [] : ['-cpu', cpu]), file], { signal });
  void connection.gone.then(() => rmSync(folder, { recursive: true, force: true }));
  try {
    await connection.ready(startTimeout, `does ${qemu} run at all?`);
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
  return { connection, architecture: 'arm64', stub };
}
