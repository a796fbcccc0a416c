import { AT_FDCWD, OPEN } from '../system/constants.ts';
import { describeErrno } from '../system/errno.ts';
import { MapbenchError } from '../system/errors.ts';
import { filterProgram } from '../system/seccomp.ts';
import type { Architecture, SystemCallName } from '../system/syscalls.ts';
import {
  isError,
  type MeasuredProcess,
  type Operand,
  systemCall,
  writeString,
} from '../target/measured-process.ts';
import { type PolicyName, parsePolicies, policyKinds, type SeccompProfileName, sizeOf } from './policy.ts';
import { seccompProfiles } from './seccomp.ts';

/** A policy that this host cannot put a process under. The message is a sentence. */
export class PolicyError extends MapbenchError {
  /** Positive. */
  readonly errno: number;

  constructor(policy: string, { call: name, errno }: Refused, remedy: string | undefined) {
    super(
      'unavailable',
      `the policy ${policy} cannot be put on: ${name}: ${describeErrno(errno)}; ${remedy}`,
    );
    this.errno = errno;
  }
}

/** A system call of a policy that the kernel refused. `errno` is positive. */
class Refused extends MapbenchError {
  readonly call: string;
  readonly errno: number;

  constructor(call: string, errno: number) {
    super('unavailable', `${call}: errno ${errno}`);
    this.call = call;
    this.errno = errno;
  }
}

/** What puts the measured process under a policy, given its value. */
const appliers: Readonly<Record<PolicyName, (target: MeasuredProcess, value: string) => Promise<void>>> = {
  'memfd-noexec': forbidExecutableMemfds,
  'noexec-shm': async (target) => mountShm(target, MS_NOEXEC),
  memlock: limitLocking,
  unprivileged: becomeNobody,
  mdwe: async (target) => {
    await call(target, 'prctl', PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
  },
  seccomp: filterCalls,
};

/**
 * Puts the measured process under policies for good, given as text. Rejects with a PolicyError where that
 * cannot be done. With a policy on memfds it must be the first process of a pid namespace.
 */
export async function applyPolicies(target: MeasuredProcess, text: string): Promise<void> {
  for (const { name, value, text: own } of parsePolicies(text)) {
    try {
      await appliers[name](target, value);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const remedy = policyKinds.find((kind) => kind.name === name)?.remedy;
      throw new PolicyError(own, error, remedy);
    }
  }
}

/** Whether a process has to be the first of a pid namespace of its own to be put under policies. */
export function needsOwnPids(text: string): boolean {
  return parsePolicies(text).some(({ name }) => name === 'memfd-noexec');
}

/** Whether policies forbid the code that Node.js itself generates. */
export function forbidsGeneratedCode(text: string): boolean {
  return parsePolicies(text).some(({ name }) => name === 'mdwe' || name === 'seccomp');
}

async function call(target: MeasuredProcess, name: SystemCallName, ...args: Operand[]): Promise<number> {
  const result = await systemCall(target, name, ...args);
  if (isError(result)) throw new Refused(name, -result);
  return result;
}

// include/uapi/linux/mount.h and sched.h
const CLONE_NEWNS = 0x20000;
const [MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE] = [2, 4, 8, 0x4000, 1 << 18];

/** Puts a tmpfs on /dev/shm, which only this process and what it starts see. */
async function mountShm(target: MeasuredProcess, flags: number): Promise<void> {
  using memory = target.allocate(256);
  const [none, root, tmpfs, path] = ['none', '/', 'tmpfs', '/dev/shm'].map((text, index) =>
    writeString(memory, text, index * 64),
  ) as [number, number, number, number];
  await call(target, 'unshare', CLONE_NEWNS);
  // Without this the mount would reach the host's namespace.
  await call(target, 'mount', none, root, 0, MS_REC | MS_PRIVATE, 0);
  await call(target, 'mount', tmpfs, path, tmpfs, MS_NOSUID | MS_NODEV | flags, 0);
}

/**
 * vm.memfd_noexec belongs to the pid namespace, so the host's stays as it is. Processes there have numbers
 * that others have outside: it gets a /dev/shm of its own, too.
 */
async function forbidExecutableMemfds(target: MeasuredProcess, value: string): Promise<void> {
  await mountShm(target, 0);
  using memory = target.allocate(256);
  const path = writeString(memory, '/proc/sys/vm/memfd_noexec');
  const fd = await call(target, 'openat', AT_FDCWD, path, OPEN.O_WRONLY | OPEN.O_CLOEXEC, 0);
  await call(target, 'write', fd, writeString(memory, value, 128), value.length);
  await call(target, 'close', fd);
}

const RLIMIT_MEMLOCK = 8;
const CAP_IPC_LOCK = 14;
const _LINUX_CAPABILITY_VERSION_3 = 0x20080522;

/** Limits the memory that the process can lock. With CAP_IPC_LOCK the limit would not count, so it goes. */
async function limitLocking(target: MeasuredProcess, value: string): Promise<void> {
  const bytes = BigInt(sizeOf(value) ?? 0);
  using memory = target.allocate(256);
  const { buffer, byteOffset } = memory.bytes;
  new BigUint64Array(buffer, byteOffset, 2).set([bytes, bytes]);
  await call(target, 'prlimit64', 0, RLIMIT_MEMLOCK, memory.address, 0);
  // struct __user_cap_header_struct, then two of struct __user_cap_data_struct: effective, permitted,
  // inheritable.
  const [header, data] = [memory.address + 64, memory.address + 128];
  new Uint32Array(buffer, byteOffset + 64, 2).set([_LINUX_CAPABILITY_VERSION_3, 0]);
  const words = new Uint32Array(buffer, byteOffset + 128, 6);
  await call(target, 'capget', header, data);
  for (const index of [0, 1, 2]) words[index] = (words[index] ?? 0) & ~(1 << CAP_IPC_LOCK);
  await call(target, 'capset', header, data);
}

const nobody = 65534;
const [PR_SET_PDEATHSIG, PR_SET_DUMPABLE, SIGKILL] = [1, 4, 9];

/** Becomes the user nobody; stays as it is where it is not root. */
async function becomeNobody(target: MeasuredProcess): Promise<void> {
  if (process.getuid?.() !== 0) return;
  await call(target, 'setgroups', 0, 0);
  await call(target, 'setresgid', nobody, nobody, nobody);
  await call(target, 'setresuid', nobody, nobody, nobody);
  // A process that was nobody's from the start could read its own /proc/self.
  await call(target, 'prctl', PR_SET_DUMPABLE, 1, 0, 0, 0);
  // The kernel forgets it when a process becomes another user.
  await call(target, 'prctl', PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

// include/uapi/linux/prctl.h
const [PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN] = [65, 1];
const [PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER] = [38, 22, 2];

/** Memory in which a struct sock_fprog and its instructions find room. */
const filterBytes = 16 * 1024;

async function filterCalls(target: MeasuredProcess, profile: string): Promise<void> {
  const filter = seccompProfiles[profile as SeccompProfileName](target.architecture);
  await installFilter(target, filter, target.architecture);
}

/** Puts the measured process under a filter of system calls (seccomp(2)), for good. */
export async function installFilter(
  target: MeasuredProcess,
  filter: Parameters<typeof filterProgram>[0],
  architecture: Architecture,
): Promise<void> {
  using memory = target.allocate(filterBytes);
  memory.bytes.set(filterProgram(filter, architecture, memory.address));
  await call(target, 'prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  await call(target, 'prctl', PR_SET_SECCOMP, SECCOMP_MODE_FILTER, memory.address, 0, 0);
}
