import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MapbenchError, RequestError } from '../system/errors.ts';
import { runToEnd } from './run-to-end.ts';
import { StraceReader } from './strace-lines.ts';
import { tracedCalls } from './trace-event.ts';
import type { Subject, Trace, TraceSubject } from './tracer.ts';

/** What to do where there is no strace. */
export const howToInstall = 'apt-get install strace (Debian, Ubuntu), dnf install strace (Fedora)';

/** The version of strace; undefined where there is none. */
export function straceVersion(): string | undefined {
  const { stdout, status } = spawnSync('strace', ['--version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  return /version (\S+)/.exec(stdout)?.[1] ?? 'of an unknown version';
}

/** Traces with strace(1), which is slow and needs nothing but ptrace(2). */
export const traceByStrace: TraceSubject = async (subject, onEvent, signal) => {
  const version = straceVersion();
  if (version === undefined)
    throw new MapbenchError('unavailable', `observe needs strace, which is not installed; ${howToInstall}`);
  checkPtrace(subject);
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-observe-'));
  const file = join(folder, 'trace');
  try {
    const { elapsed, status, stderr } = await runToEnd(commandLine(subject, file), {
      signal,
      hasOwnStderr: subject.kind === 'process',
      ...(subject.kind === 'process' && subject.time !== undefined && { time: subject.time }),
    });
    if (!existsSync(file)) throw new MapbenchError('failed', `strace wrote nothing: ${lastLine(stderr)}`);
    const unread = await readTrace(file, onEvent);
    return {
      tracer: `strace ${version}`,
      elapsed,
      ...(subject.kind === 'command' && { end: { status } }),
      notes: unread === 0 ? [] : [`${unread} lines of strace could not be read: calls may be missing`],
    } satisfies Trace;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** What strace writes can be read by StraceReader. */
function commandLine(subject: Subject, file: string): readonly [string, ...string[]] {
  // A question mark: what this architecture has no call of this name for is left out.
  const calls = tracedCalls.map((name) => `?${name}`).join(',');
  const format = [
    '-f',
    '-ttt',
    '-y',
    '-X',
    'raw',
    '-s',
    '0',
    '-q',
    '-e',
    'signal=none',
    '-e',
    `trace=${calls}`,
  ];
  const common = ['strace', ...format, '-o', file] as const;
  if (subject.kind === 'process') return [...common, '-p', String(subject.pid)];
  // Other calls are not stopped at all, and an interrupt ends strace as well.
  return [...common, '--seccomp-bpf', '-I', 'waiting', '--', ...subject.words];
}

async function readTrace(file: string, onEvent: Parameters<TraceSubject>[1]): Promise<number> {
  const reader = new StraceReader();
  for await (const line of createInterface({ input: createReadStream(file) }))
    for (const event of reader.line(line)) onEvent(event);
  return reader.unread;
}

/** Refuses where a tracer may not look: before the command has done anything. */
function checkPtrace(subject: Subject): void {
  const probe =
    subject.kind === 'command' ? ['-qq', '-f', '-e', 'trace=none', '-o', '/dev/null', 'true'] : undefined;
  if (probe === undefined) {
    checkAttach((subject as { readonly pid: number }).pid);
    return;
  }
  const { status, stderr } = spawnSync('strace', probe, { encoding: 'utf8' });
  if (status === 0) return;
  throw new MapbenchError('unavailable', `strace may not trace here (${lastLine(stderr)}); ${wayOut()}`);
}

function checkAttach(pid: number): void {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : undefined;
  if (status === undefined) throw new RequestError(`--pid ${pid}: there is no such process`);
  const tracer = /^TracerPid:\s*(\d+)/m.exec(status)?.[1];
  if (tracer !== undefined && tracer !== '0')
    throw new RequestError(`--pid ${pid}: process ${tracer} traces it already; a process has one tracer`);
  const uid = /^Uid:\s*(\d+)/m.exec(status)?.[1];
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && uid !== String(process.getuid?.()))
    throw new MapbenchError('unavailable', `--pid ${pid}: it is another user's (${uid}); run as root`);
  if (!isRoot && yamaScope() !== '0')
    throw new MapbenchError(
      'unavailable',
      `--pid ${pid}: the kernel lets only parents trace (kernel.yama.ptrace_scope is ${yamaScope()}); run as root, or start the program with observe -- <command>`,
    );
}

/** What keeps ptrace(2) away, as advice. */
function wayOut(): string {
  return yamaScope() === '3'
    ? 'kernel.yama.ptrace_scope is 3: nothing may be traced until the next boot'
    : 'in a container, give it --cap-add SYS_PTRACE, or a seccomp profile that allows ptrace';
}

function yamaScope(): string {
  const path = '/proc/sys/kernel/yama/ptrace_scope';
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '0';
}

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? '';
