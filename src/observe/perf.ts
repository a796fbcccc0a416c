import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecording } from '../profile/read-recording.ts';
import { MapbenchError } from '../system/errors.ts';
import { PerfReader } from './perf-lines.ts';
import { runToEnd } from './run-to-end.ts';
import { tracedCalls } from './trace-event.ts';
import type { Subject, Trace, TraceSubject } from './tracer.ts';

/** Why perf cannot trace system calls here, as a phrase; undefined where it can. */
export function whyNotPerf(): string | undefined {
  const version = spawnSync('perf', ['version'], { encoding: 'utf8' });
  if (version.error !== undefined) return 'perf is not installed';
  const tried = spawnSync('perf', ['stat', '-e', tracepoint('enter', 'mprotect'), 'true'], {
    encoding: 'utf8',
  });
  if (tried.status === 0 && !tried.stderr.includes('<not supported>')) return undefined;
  return process.getuid?.() === 0
    ? 'perf finds no tracepoints of system calls: the kernel has none (CONFIG_FTRACE_SYSCALLS), or tracefs is not mounted'
    : 'perf needs root for the tracepoints of system calls';
}

/** Traces with perf(1): it slows a program down less than strace(1), and sees less. */
export const traceByPerf: TraceSubject = async (subject, onEvent, signal) => {
  const reason = whyNotPerf();
  if (reason !== undefined) throw new MapbenchError('unavailable', `${reason}; take --tracer strace`);
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-observe-'));
  const file = join(folder, 'perf.data');
  try {
    const { elapsed, status, stderr } = await runToEnd(commandLine(subject, file), {
      signal,
      hasOwnStderr: subject.kind === 'process',
    });
    if (!existsSync(file)) throw new MapbenchError('failed', `perf recorded nothing: ${stderr.trim()}`);
    const lost = await eventsIn(file, onEvent);
    return {
      tracer: `perf ${versionOf()}`,
      elapsed: subject.kind === 'process' && subject.time !== undefined ? subject.time / 1000 : elapsed,
      ...(subject.kind === 'command' && { end: { status } }),
      notes: [
        ...(lost === 0
          ? []
          : [`perf had no room for ${lost} events: calls are missing; take --tracer strace`]),
      ],
    } satisfies Trace;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

function versionOf(): string {
  const { stdout } = spawnSync('perf', ['version'], { encoding: 'utf8' });
  return /version (\S+)/.exec(stdout)?.[1] ?? 'of an unknown version';
}

function tracepoint(side: 'enter' | 'exit', name: string): string {
  return `syscalls:sys_${side}_${name}`;
}

/** perf tells of new threads and processes by events of its own. */
const untold: readonly string[] = ['fork', 'vfork', 'clone', 'clone3'];

function commandLine(subject: Subject, file: string): readonly [string, ...string[]] {
  const known = spawnSync('perf', ['list', 'syscalls:*'], { encoding: 'utf8' }).stdout;
  const events = tracedCalls
    .filter((name) => !untold.includes(name) && known.includes(`${tracepoint('enter', name)} `))
    .flatMap((name) => [tracepoint('enter', name), tracepoint('exit', name)]);
  const record = [
    'perf',
    'record',
    '-q',
    '-B',
    '-N',
    '-m',
    '4M',
    '-o',
    file,
    '-e',
    events.join(','),
  ] as const;
  if (subject.kind === 'command') return [...record, '--', ...subject.words];
  const attach = [...record, '-p', String(subject.pid)] as const;
  // perf takes seconds to begin: the time is counted from when it does.
  return subject.time === undefined ? attach : [...attach, '--', 'sleep', String(subject.time / 1000)];
}

/**
 * Returns how many events were lost. What was recorded is read even where the observation was interrupted.
 */
async function eventsIn(file: string, onEvent: Parameters<TraceSubject>[1]): Promise<number> {
  const shown = ['--show-mmap-events', '--show-task-events', '--show-lost-events'];
  const reader = new PerfReader();
  const onLine = (text: string) => {
    for (const event of reader.line(text)) onEvent(event);
  };
  const fields = [...shown, '-F', 'comm,pid,tid,time,event,trace'];
  await readRecording(file, fields, onLine, new AbortController().signal);
  return reader.lost;
}
