import { callLibc } from './libc.ts';

const maskBytes = 128;

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
export function setAllowedCpus(cpus: readonly number[]): void {
  const mask = new Uint8Array(maskBytes);
  for (const cpu of cpus) mask[cpu >> 3] = (mask[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  callLibc('sched_setaffinity', 0, maskBytes, mask);
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

/** The CPU that the calling thread runs on. */
export function currentCpu(): number {
  return callLibc('sched_getcpu');
}
