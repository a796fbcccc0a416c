import { describeCacheType, readsCacheType } from '../system/cache-type.ts';
import { parseCpuList } from '../system/cpus.ts';
import { MapbenchError } from '../system/errors.ts';
import type { SystemFiles } from '../system/files.ts';
import type { Architecture } from '../system/syscalls.ts';
import type { Connection } from './connection.ts';
import { readBytes } from './files.ts';
import { isError, type MeasuredProcess, TargetError, writeString } from './measured-process.ts';
import type { Metric } from './names.ts';
import { StreamProcess, type StreamProcessOptions } from './stream-process.ts';
import type { Stub } from './stub.ts';

/** How processes are started on a target. */
type TargetProcessOptions = Pick<StreamProcessOptions, 'cpus' | 'contents' | 'signal' | 'timeout'>;

/** Where a stub runs beside this host, and what it is made of. */
export interface Reached {
  readonly connection: Connection;
  readonly architecture: Architecture;
  readonly stub: Stub;
}

/** How a target is reached. */
export interface Way {
  /** As it is named on the command line. */
  readonly name: string;
  /** Whether it is a kernel of its own, with nothing set up yet, which can be booted again. */
  readonly isBare: boolean;
  /** What can be measured there; nothing where a processor is emulated without its kernel. */
  readonly metric: Metric | undefined;
  /** Rejects with a TargetError, or an error of kind `unavailable` where this host lacks what it takes. */
  reach(signal: AbortSignal): Promise<Reached>;
}

/** What is known of a target once it was reached. */
export interface TargetFacts {
  readonly architecture: Architecture;
  /** Bytes. */
  readonly pageSize: number;
  /** Those that its processes may run on. */
  readonly cpus: readonly number[];
  /** What its kernel says. */
  readonly files: SystemFiles;
  /** Of AArch64, as `IDC=1 DIC=0`. */
  readonly cacheType?: string;
}

/**
 * Another kernel, host or container that cases are measured on. It is reached again where the connection was
 * lost. Disposing it ends what was started for it.
 */
export class Target implements AsyncDisposable {
  readonly #way: Way;
  readonly facts: TargetFacts;
  #reached: Reached | undefined;
  /** Why it could not be reached again. */
  #lost: Error | undefined;

  private constructor(way: Way, reached: Reached, facts: TargetFacts) {
    this.#way = way;
    this.#reached = reached;
    this.facts = facts;
  }

  /** Rejects with an error of kind `unavailable` that names the target where it cannot be reached. */
  static async open(way: Way, signal: AbortSignal): Promise<Target> {
    const [reached, facts] = await reach(way, signal);
    return new Target(way, reached, facts);
  }

  get name(): string {
    return this.#way.name;
  }

  get metric(): Metric | undefined {
    return this.#way.metric;
  }

  /**
   * Starts a process there. Rejects with a TargetError where it ends, or where the target is not reached
   * again.
   */
  async start(options: TargetProcessOptions): Promise<MeasuredProcess> {
    const { connection, stub, architecture } = await this.#connect(options.signal);
    const { pageSize, files } = this.facts;
    return StreamProcess.start(connection, { ...options, stub, architecture, pageSize, files });
  }

  /** Has the next process started on a kernel that was booted anew, where it is one. */
  async reboot(): Promise<void> {
    if (this.#way.isBare) await this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const reached = this.#reached;
    this.#reached = undefined;
    await reached?.connection[Symbol.asyncDispose]();
  }

  async #connect(signal: AbortSignal): Promise<Reached> {
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#reached !== undefined && this.#reached.connection.end === undefined) return this.#reached;
    await this[Symbol.asyncDispose]();
    try {
      [this.#reached] = await reach(this.#way, signal);
      return this.#reached;
    } catch (error) {
      if (error instanceof MapbenchError && !signal.aborted) this.#lost = error;
      throw error;
    }
  }
}

async function reach(way: Way, signal: AbortSignal): Promise<[Reached, TargetFacts]> {
  let reached: Reached | undefined;
  try {
    reached = await way.reach(signal);
    return [reached, await look(reached, way, signal)];
  } catch (error) {
    await reached?.connection[Symbol.asyncDispose]();
    if (!(error instanceof TargetError) || signal.aborted) throw error;
    throw new MapbenchError('unavailable', `--target ${way.name}: ${error.message}`);
  }
}

/** Milliseconds in which a target that was reached tells about itself. */
const lookTimeout = 60_000;

/** What is read of a target once: what limits its processes, and what a reader must know of it. */
const paths = [
  '/proc/self/status',
  '/proc/self/limits',
  '/proc/self/mounts',
  '/proc/self/cgroup',
  '/proc/cpuinfo',
  '/proc/meminfo',
  '/proc/cmdline',
  '/proc/version',
  '/proc/sys/kernel/osrelease',
  '/proc/sys/kernel/version',
  '/proc/sys/kernel/hostname',
  '/proc/sys/vm/max_map_count',
  '/proc/sys/vm/overcommit_memory',
  '/proc/sys/vm/memfd_noexec',
  '/sys/kernel/mm/transparent_hugepage/enabled',
  '/sys/kernel/mm/transparent_hugepage/shmem_enabled',
  '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages',
  '/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages',
  '/sys/class/dmi/id/sys_vendor',
  '/sys/class/dmi/id/product_name',
];

/** Asks a target, through a process that ends afterwards. */
async function look(
  { connection, architecture, stub }: Reached,
  way: Way,
  signal: AbortSignal,
): Promise<TargetFacts> {
  const files: SystemFiles = { readText: () => undefined, list: () => [] };
  const options = { architecture, stub, pageSize: 4096, cpus: [], files, signal, timeout: lookTimeout };
  await using asked = await StreamProcess.start(connection, options);
  if (way.isBare) await setUp(asked);
  const known = new Map<string, string>();
  for (const path of paths) {
    const text = await asked.readText(path);
    if (text !== undefined) known.set(path, text);
  }
  const auxiliary = await readBytes(asked, '/proc/self/auxv');
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(known.get('/proc/self/status') ?? '')?.[1];
  return {
    architecture,
    pageSize: pageSizeIn(auxiliary) ?? 4096,
    cpus: allowed === undefined ? [0] : parseCpuList(allowed),
    files: { readText: (path) => known.get(path), list: () => [] },
    ...(architecture === 'arm64' && { cacheType: await cacheTypeOf(asked) }),
  };
}

async function cacheTypeOf(asked: MeasuredProcess): Promise<string> {
  using code = await asked.load(readsCacheType);
  const [register = 0] = await asked.run([{ call: 'code', args: [code.address, 0, 0] }]);
  return describeCacheType(register);
}

/** AT_PAGESZ of an auxiliary vector (getauxval(3)). */
function pageSizeIn(vector: Uint8Array | undefined): number | undefined {
  if (vector === undefined) return undefined;
  const words = new BigUint64Array(Uint8Array.from(vector).buffer, 0, Math.floor(vector.length / 16) * 2);
  const at = words.findIndex((word, index) => index % 2 === 0 && word === 6n);
  return at === -1 ? undefined : Number(words[at + 1]);
}

/**
 * What a system's start-up does: file systems, and the pool and the policy that the strategies' needs name.
 */
const mounts = [
  ['proc', '/proc', 'proc'],
  ['sysfs', '/sys', 'sysfs'],
  ['devtmpfs', '/dev', 'devtmpfs'],
  ['tmpfs', '/tmp', 'tmpfs'],
] as const;

const settings = [
  ['/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages', '16'],
  ['/proc/sys/vm/unprivileged_userfaultfd', '1'],
] as const;

/** Seconds after which a kernel that has just booted has nothing left to do. */
const restSeconds = 20;

async function setUp(target: MeasuredProcess): Promise<void> {
  using room = target.allocate(4096);
  const text = (value: string, at: number) => writeString(room, value, at);
  const mount = async (source: string, folder: string, type: string) => {
    const args = [text(source, 0), text(folder, 64), text(type, 128), 0, 0];
    await target.run([{ call: 'mount', args, mayFail: true }]);
  };
  for (const [source, folder, type] of mounts) await mount(source, folder, type);
  await target.run([{ call: 'mkdirat', args: [-100, text('/dev/shm', 0), 0o1777], mayFail: true }]);
  await mount('tmpfs', '/dev/shm', 'tmpfs');
  for (const [path, value] of settings) {
    const opened = { wordAt: target.resultAddress(0), plus: 0 };
    const [fd = -1] = await target.run([
      { call: 'openat', args: [-100, text(path, 0), 1, 0] },
      { call: 'write', args: [opened, text(value, 256), value.length], mayFail: true },
      { call: 'close', args: [opened] },
    ]);
    // A kernel without the setting has not what it is for.
    if (isError(fd)) continue;
  }
  new BigInt64Array(room.bytes.buffer, room.bytes.byteOffset, 2).set([BigInt(restSeconds), 0n]);
  await target.run([{ call: 'nanosleep', args: [room.address, 0], mayFail: true }]);
}
