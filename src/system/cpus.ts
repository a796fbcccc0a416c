import { MapbenchError } from './errors.ts';
import { systemFiles } from './files.ts';
import { callLibc, lastErrno, libc } from './libc.ts';
import { RefusalError } from './refusal.ts';

/** Bytes of a mask: glibc's, which is of 1,024 CPUs, and more than any kernel's. */
const [minMask, maxMask] = [128, 65536];
const EINVAL = 22;

/**
 * Keeps all threads of this process off a CPU, so that they do not disturb what is measured there, and
 * returns what undoes it. Does nothing where there is no other one.
 */
export function keepOff(cpu: number): () => void {
  const before = allowedCpus();
  const others = before.filter((other) => other !== cpu);
  if (others.length === 0) return () => {};
  for (const thread of ownThreads()) allow(thread, others);
  return () => {
    for (const thread of ownThreads()) allow(thread, before);
  };
}

function ownThreads(): number[] {
  const tasks = systemFiles.list('/proc/self/task');
  if (tasks.length === 0)
    throw new MapbenchError(
      'unavailable',
      '/proc is not there, from which mapbench reads what runs; mount -t proc proc /proc',
    );
  return tasks.map(Number);
}

/** The CPUs that the calling thread may run on, in ascending order. Throws a RefusalError. */
export function allowedCpus(): number[] {
  const mask = readMask(minMask);
  const cpus: number[] = [];
  for (let cpu = 0; cpu < mask.length * 8; cpu++) {
    if (((mask[cpu >> 3] ?? 0) >> (cpu & 7)) & 1) cpus.push(cpu);
  }
  return cpus;
}

/** A kernel that has more possible CPUs than a mask of so many bytes refuses it. */
function readMask(bytes: number): Uint8Array {
  const mask = new Uint8Array(bytes);
  if (libc('sched_getaffinity')(0, bytes, mask) !== -1) return mask;
  if (lastErrno() === EINVAL && bytes < maxMask) return readMask(2 * bytes);
  throw new RefusalError({ call: 'sched_getaffinity', errno: lastErrno() });
}

/** Restricts the calling thread, and the threads and processes that it starts from now on, to `cpus`. */
function setAllowedCpus(cpus: readonly number[]): void {
  const mask = maskOf(cpus);
  callLibc('sched_setaffinity', 0, mask.length, mask);
}

/** Restricts a thread, which may have ended meanwhile. */
function allow(thread: number, cpus: readonly number[]): void {
  const mask = maskOf(cpus);
  libc('sched_setaffinity')(thread, mask.length, mask);
}

function maskOf(cpus: readonly number[]): Uint8Array {
  const mask = new Uint8Array(Math.max(minMask, 8 * Math.ceil((Math.max(...cpus) + 1) / 64)));
  for (const cpu of cpus) mask[cpu >> 3] = (mask[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  return mask;
}

/** Runs `body` with the calling thread restricted to `cpus`, and puts the old restriction back. */
export function withAllowedCpus<T>(cpus: readonly number[], body: () => T): T {
  const before = allowedCpus();
  setAllowedCpus(cpus);
  try {
    return body();
  } finally {
    setAllowedCpus(before);
  }
}

/** The CPUs or nodes of a list as the kernel writes it, `0-2,5`; none of an empty one. */
export function parseCpuList(text: string): number[] {
  return text
    .split(',')
    .filter((part) => part.trim() !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

/** As the kernel writes it: `0-2,5`. */
export function formatCpuList(cpus: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const cpu of [...cpus].sort((a, b) => a - b)) {
    const open = ranges.at(-1);
    if (open !== undefined && open[1] + 1 === cpu) open[1] = cpu;
    else ranges.push([cpu, cpu]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}
