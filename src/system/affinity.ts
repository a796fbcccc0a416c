import { readdirSync } from 'node:fs';
import { callLibc, libc } from './libc.ts';

const maskBytes = 128;

/**
 * Keeps all threads of this process off a CPU, so that they do not disturb what is measured there, and returns what undoes it. Does
 * nothing where there is no other one.
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
  return readdirSync('/proc/self/task').map(Number);
}

/** The CPUs that the calling thread may run on, in ascending order. */
export function allowedCpus(): number[] {
  const mask = new Uint8Array(maskBytes);
  callLibc('sched_getaffinity', 0, maskBytes, mask);
  const cpus: number[] = [];
  for (let cpu = 0; cpu < maskBytes * 8; cpu++) {
    if (((mask[cpu >> 3] ?? 0) >> (cpu & 7)) & 1) cpus.push(cpu);
  }
  return cpus;
}

/** Restricts the calling thread, and the threads and processes that it starts from now on, to `cpus`. */
function setAllowedCpus(cpus: readonly number[]): void {
  callLibc('sched_setaffinity', 0, maskBytes, maskOf(cpus));
}

/** Restricts a thread, which may have ended meanwhile. */
function allow(thread: number, cpus: readonly number[]): void {
  libc('sched_setaffinity')(thread, maskBytes, maskOf(cpus));
}

function maskOf(cpus: readonly number[]): Uint8Array {
  const mask = new Uint8Array(maskBytes);
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
