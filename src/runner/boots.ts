import type { NamedDocument } from '../comparison/matrix.ts';
import type { ResultDocument } from '../results/document.ts';
import { createRandom } from '../statistics/random.ts';
import { isOfKind } from '../system/errors.ts';
import { hostFactsFrom } from '../system/host.ts';
import { version } from '../system/version.ts';
import type { Target } from '../target/target.ts';
import { documentOf } from './document.ts';
import { Forks } from './forks.ts';
import type { ForkReport } from './message.ts';
import type { KnownStrategy } from './plan.ts';
import { onCommandLine, type PlannedRun, planRun, type RunRequest } from './request.ts';
import { type CaseState, type InstrumentedReports, runInstrumented, runSession } from './session.ts';

/** A kernel that cases are measured under. */
export interface KernelToBoot {
  readonly name: string;
  open(signal: AbortSignal): Promise<Target>;
}

/** What several kernels are asked for. */
export interface BootsRequest {
  readonly strategies: readonly KnownStrategy[];
  /** Its forks are boots. */
  readonly request: RunRequest & { readonly forks: number; readonly seed: number };
  readonly signal: AbortSignal;
  readonly onBoot?: (name: string, boot: number) => void;
  /** After every boot, with what was measured so far. */
  readonly onBootEnd?: (soFar: readonly NamedDocument[]) => void;
}

/** What came of several kernels. */
export interface BootsResult {
  /** Of the kernels that could be booted, in their order. */
  readonly documents: readonly NamedDocument[];
  /** What each of them says that it is (/proc/version), by name. */
  readonly versions: ReadonlyMap<string, string>;
  /** Of the others, the sentences why. */
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

/** Forks of a case in one boot, where time is measured: a single process says little of a boot. */
const timedForks = 5;

/** What is kept of a kernel from boot to boot. */
interface Booted {
  readonly name: string;
  readonly target: Target;
  readonly plan: PlannedRun;
  readonly createdAt: Date;
  readonly states: readonly CaseState[];
  readonly instrumented: ReadonlyMap<string, InstrumentedReports>;
}

/**
 * Measures the same cases under several kernels, which are booted in turn, each so often as forks are asked
 * for, in an order that is shuffled from the seed. The boot is the unit: a fork of the documents is one. A
 * kernel that cannot be booted does not keep the others from it. Rejects with a RequestError alone.
 */
export async function runBoots(
  kernels: readonly KernelToBoot[],
  { strategies, request, signal, onBoot, onBootEnd }: BootsRequest,
): Promise<BootsResult> {
  const random = createRandom(request.seed);
  const booted = new Map<string, Booted>();
  const refused = new Map<string, string>();
  const documents = () =>
    kernels.flatMap(({ name }) => {
      const found = booted.get(name);
      return found === undefined ? [] : [{ name, document: documentFor(found, signal.aborted) }];
    });
  for (let boot = 1; boot <= request.forks; boot++) {
    for (const kernel of random.shuffle(kernels)) {
      if (signal.aborted || refused.has(kernel.name)) continue;
      onBoot?.(kernel.name, boot);
      try {
        const found = booted.get(kernel.name) ?? (await firstBoot(kernel, strategies, request, signal));
        booted.set(kernel.name, found);
        await measureBoot(found, signal);
      } catch (error) {
        if (signal.aborted) break;
        if (!isOfKind(error, 'unavailable', 'failed')) throw error;
        refused.set(kernel.name, error.message);
        continue;
      }
      onBootEnd?.(documents());
    }
  }
  return {
    documents: documents(),
    versions: new Map([...booted.values()].map(({ name, target }) => [name, versionOf(target)])),
    refused: [...refused].map(([name, reason]) => ({ name, reason })),
  };
}

async function firstBoot(
  { name, open }: KernelToBoot,
  strategies: readonly KnownStrategy[],
  request: RunRequest,
  signal: AbortSignal,
): Promise<Booted> {
  const target = await open(signal);
  try {
    const plan = planRun(strategies, request, onCommandLine, target);
    return {
      ...{ name, target, plan },
      createdAt: new Date(),
      states: plan.cases.map((each) => ({ case: each, forks: [], wallTimes: [] })),
      instrumented: new Map(plan.cases.map(({ id }) => [id, { phases: [], latency: [], events: [] }])),
    };
  } catch (error) {
    await target[Symbol.asyncDispose]();
    throw error;
  }
}

/** One fork of every case, and of every case with instruments, in one boot, which ends with it. */
async function measureBoot(
  { target, plan, states, instrumented }: Booted,
  signal: AbortSignal,
): Promise<void> {
  const { options, instruments } = plan;
  const isCounted = target.metric === 'instructions';
  const going = states.filter(({ ended }) => ended === undefined);
  const cases = going.map((state) => state.case);
  try {
    using forks = new Forks({ cpu: options.cpu, target });
    const inBoot = { ...options, forks: isCounted ? 1 : timedForks };
    for (const [index, { forks: measured, wallTimes, ended }] of (
      await runSession(forks, cases, inBoot, signal)
    ).entries()) {
      const state = going[index];
      if (state === undefined || signal.aborted) continue;
      if (ended !== undefined) state.ended = ended;
      else if (measured.length > 0) state.forks.push(asOne(measured));
      state.wallTimes.push(...wallTimes);
    }
    const reports = await runInstrumented(forks, cases, instruments, { ...options, forks: 1 }, signal);
    for (const [id, { phases, latency, memory, events }] of reports) {
      const own = instrumented.get(id);
      own?.phases.push(...phases);
      own?.latency.push(...latency);
      own?.events.push(...events);
      if (own !== undefined && memory !== undefined) own.memory = memory;
    }
  } finally {
    await target.reboot();
  }
}

/** The processes of one boot as one fork: they have the kernel's state in common. */
function asOne(forks: readonly ForkReport[]): ForkReport {
  const [first] = forks as [ForkReport];
  return {
    ...first,
    samples: forks.flatMap(({ samples }) => samples),
    measuredTime: forks.reduce((sum, { measuredTime }) => sum + measuredTime, 0),
  };
}

function documentFor(
  { target, plan, createdAt, states, instrumented }: Booted,
  interrupted: boolean,
): ResultDocument {
  const host = hostFactsFrom(target.facts);
  return documentOf(states, plan.options, { version: version(), createdAt, host, interrupted }, instrumented);
}

function versionOf({ facts }: Target): string {
  return facts.files.readText('/proc/version')?.trim() ?? `Linux ${hostFactsFrom(facts).kernel}`;
}
