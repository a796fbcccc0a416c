import { withProgram } from '../program/engine.ts';
import { mappingOf, offsetOf, type Program } from '../program/ir.ts';
import type { NativeCode, NativeProgram } from '../program/native/engine.ts';
import { forkRoutine, stackRoutine } from '../program/native/fork.ts';
import { median } from '../statistics/descriptive.ts';
import { rusage, usageIn } from '../system/counters.ts';
import { MapbenchError } from '../system/errors.ts';
import { readPart } from '../target/files.ts';
import {
  isError,
  type MeasuredProcess,
  type Operation,
  type Region,
  systemCall,
} from '../target/measured-process.ts';
import type { AfterForkReport } from './message.ts';

const SIGKILL = 9;

/** Forks whose median tells what the next load costs. */
const forks = 9;

/** Loads before the fork, after which nothing of the first ones is in a load's time. */
const warmUp = 20;

/** Bytes of the module's begin that are compared: the code that holds the number of its load. */
const compared = 16;

/**
 * What a fork does to a loaded module: whether the child still has the code that was there when it was forked
 * once the parent has loaded the next one, and what that load costs the parent. The content of `code` differs
 * from load to load.
 */
export async function lookAfterFork(code: NativeCode): Promise<AfterForkReport> {
  const seen: AfterForkReport['child'][] = [];
  const { target } = code;
  const cost = await costOfFork(code, async (program, forked) => {
    const place = placeOf(program);
    // Before the fork: to read a page that is shared may be to copy it, and is not what is measured.
    const before = await read(target, target.pid, place);
    const after = await forked((child) => read(target, child, place));
    seen.push(before === undefined || after === undefined ? 'absent' : before === after ? 'own' : 'changed');
  });
  // What is so once is so always: the program is the same.
  return { child: seen.find((each) => each !== 'own') ?? 'own', ...cost };
}

/** Forks, loads once more in the parent, and then looks at the child. */
type Forked = <T>(look: (child: number) => Promise<T>) => Promise<T>;

/** By how much a load right after a fork exceeds the one right before it: medians over some forks. */
async function costOfFork(
  code: NativeCode,
  use: (program: NativeProgram, forked: Forked) => Promise<void>,
): Promise<Load> {
  const { target } = code;
  using routine = await target.load(forkRoutine(target.architecture));
  using stack = await target.load(stackRoutine(target.architecture));
  const differences: Load[] = [];
  for (let fork = 0; fork < forks; fork++) {
    await withProgram(code, async (program) => {
      await program.batch(warmUp);
      const usual = await load(program, target, stack);
      await use(program, async (look) => {
        const [child = 0] = await target.run([{ call: 'code', args: [routine.address, 0] }]);
        if (isError(child))
          throw new MapbenchError('failed', `the measured process could not fork (${child})`);
        try {
          const next = await load(program, target, stack);
          differences.push({
            nanoseconds: next.nanoseconds - usual.nanoseconds,
            faults: next.faults - usual.faults,
          });
          return await look(child);
        } finally {
          await systemCall(target, 'kill', child, SIGKILL);
          await systemCall(target, 'wait4', child, 0, 0, 0);
        }
      });
    });
  }
  return {
    nanoseconds: median(differences.map(({ nanoseconds }) => nanoseconds)),
    faults: median(differences.map(({ faults }) => faults)),
  };
}

/** One load: the time of a batch of one, and its page faults. */
interface Load {
  readonly nanoseconds: number;
  readonly faults: number;
}

async function load(program: NativeProgram, target: MeasuredProcess, stack: Region): Promise<Load> {
  const stride = 256;
  using memory = target.allocate(2 * stride);
  const reading = (turn: number) =>
    ({ call: 'getrusage', args: [rusage.thread, memory.address + turn * stride] }) as const;
  // The loop's own pages are copied beforehand: its context, and its stack.
  const own: Operation[] = [program.touch(), { call: 'code', args: [stack.address, 0] }];
  const { nanoseconds } = await program.batch(1, {
    warmUp: 0,
    before: [...own, reading(0)],
    after: [reading(1)],
  });
  const [before, after] = [0, 1].map((turn) => usageIn(memory.bytes.slice(turn * stride))) as [
    ReturnType<typeof usageIn>,
    ReturnType<typeof usageIn>,
  ];
  return { nanoseconds, faults: after.minorFaults - before.minorFaults };
}

/** Where the first module lies that the last load has made. */
function placeOf(program: NativeProgram): number {
  const step = executed(program.program);
  const address = program.addresses()[mappingOf(step.module).name] ?? 0;
  return address + offsetOf(step.module);
}

function executed({ iteration }: Program) {
  const step = iteration.find((each) => each.kind === 'execute_module');
  if (step?.kind !== 'execute_module') throw new MapbenchError('unsuited', 'it runs no module');
  return step;
}

/**
 * Bytes of a process, executable ones also where they cannot be read; undefined where it has none at that
 * place.
 */
async function read(target: MeasuredProcess, pid: number, address: number): Promise<string | undefined> {
  const bytes = await readPart(target, `/proc/${pid}/mem`, { offset: address, length: compared });
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('hex');
}
