import { PROT } from '../system/constants.ts';
import { MapbenchError } from '../system/errors.ts';
import type { Life } from '../workloads/workload.ts';
import { subjectOf } from './calls.ts';
import {
  type Argument,
  type CallStep,
  faultHandlingOf,
  isForAll,
  isShared,
  mappingOf,
  type Program,
  resultOf,
  type Step,
} from './ir.ts';
import { protectionsOf } from './protections.ts';

/** A strategy with which a workload makes no sense. The message is a phrase. */
export function unsuited(why: string): MapbenchError {
  return new MapbenchError('unsuited', why);
}

/** A program as modules of that life run it. Throws an error of kind `unsuited`. */
export function arrange(program: Program, life: Life): Program {
  if (life.kind === 'resident') return program;
  if (program.loads > 1) throw unsuited(`it loads ${program.loads} modules at a time, which belong together`);
  const steps: readonly Step[] = [...program.setup, ...program.iteration];
  if (steps.some((step) => resultOf(step)?.kind === 'process'))
    throw unsuited('its writer is a process, which would be started for every module');
  if (steps.some((step) => step.kind === 'call' && step.call === 'mseal'))
    throw unsuited('its mappings cannot be released before the process ends');
  if (faultHandlingOf(program) !== undefined && life.kind !== 'cold')
    throw unsuited(
      life.kind === 'loaded'
        ? 'it loads its module when that is called, not beforehand'
        : 'its handler of faults loads the pages of one module',
    );
  if (life.kind === 'loaded') return asLoaded(program);
  if (life.kind === 'tenants') return asTenants(program, life.modules);
  // Of huge pages the kernel does it by itself.
  if (program.setup.some((step) => step.kind === 'call' && step.args.some(isAligned)))
    throw unsuited('its views must lie at multiples of 2 MiB, where the kernel puts them by chance only');
  return asCold(program);
}

const isAligned = (argument: Argument) => argument.type === 'address' && argument.isChosen === true;

/** Everything in every iteration: setup, one load, teardown; but for what all modules share. */
function asCold(program: Program): Program {
  const { setup, teardown } = program;
  const own = (step: Step) => !isShared(step) && step.kind !== 'require';
  // What happens now and then does not happen to a module that lives for one load.
  const once = program.iteration.filter((step) => step.kind !== 'call' || step.every === undefined);
  return renumber({
    ...program,
    setup: setup.filter(isForAll),
    iteration: [...setup.filter(own), ...once, ...teardown.filter(own)],
    teardown: teardown.filter(isShared),
  });
}

/**
 * Loaded in the setup, given up in the teardown: an iteration runs what is there, as often as it is asked to.
 */
function asLoaded(program: Program): Program {
  const { load, release } = partsOf(program);
  return renumber({
    ...program,
    isLoaded: true,
    setup: [...program.setup, ...loadedFirst(load)],
    iteration: load.filter(({ kind }) => kind === 'execute_module'),
    teardown: [...lastRelease(release), ...program.teardown],
  });
}

/**
 * Many instances, each loaded once beforehand. An iteration begins with what the strategy does after a run:
 * it gives up the module that is replaced.
 */
function asTenants(program: Program, modules: number): Program {
  const { load, release } = partsOf(program);
  return renumber({
    ...program,
    setup: [...program.setup, ...loadedFirst(load)],
    iteration: [...release, ...load],
    teardown: [...lastRelease(release), ...program.teardown],
    instances: modules,
  });
}

/** An iteration up to where the module runs, and what gives it up afterwards. */
function partsOf({ iteration }: Program) {
  const end = iteration.findLastIndex(({ kind }) => kind === 'execute_module') + 1;
  return { load: iteration.slice(0, end), release: iteration.slice(end) };
}

/** The load before all others, without the run. */
function loadedFirst(load: readonly Step[]): Step[] {
  return load
    .filter(({ kind }) => kind !== 'execute_module')
    .map((step) =>
      step.kind === 'write_module' || step.kind === 'write_links'
        ? ({ ...step, load: 'setup' } as const)
        : step,
    );
}

/** What gives up the last module. */
function lastRelease(release: readonly Step[]): CallStep[] {
  return release.filter((step): step is CallStep => step.kind === 'call' && step.every === undefined);
}

/**
 * Throws an error of kind `unsuited` unless every module is mapped where it will run before it is written,
 * which is when it is relocated.
 */
export function requireKnownAddresses({ iteration }: Program): void {
  if (iteration.some((step) => step.kind === 'write_module' && step.runsAt === undefined))
    throw unsuited('it maps a module only once that is written: for no address can it be relocated before');
}

/** Throws an error of kind `unsuited` unless other threads can run the module at every moment. */
export function requireExecution(program: Program): void {
  const run = program.iteration.find((step) => step.kind === 'execute_module')?.module;
  const slot = run === undefined ? undefined : mappingOf(run).slot;
  for (const { step, after } of protectionsOf(program).iteration) {
    const ranges = slot === undefined ? [] : (after.get(slot) ?? []);
    if (step.kind === 'call' && ranges.some(({ prot }) => (prot & PROT.PROT_EXEC) === 0))
      throw unsuited(`after its ${step.call} the code cannot be run, which another thread does meanwhile`);
  }
}

function renumber(program: Program): Program {
  let number = 0;
  const numbered = <S extends Step>(step: S): S => ({ ...step, number: ++number });
  return {
    ...program,
    setup: program.setup.map(numbered),
    iteration: program.iteration.map(numbered),
    teardown: program.teardown.map(numbered),
  };
}

/**
 * Throws an error of kind `unsuited` unless what is loaded stays where it is, so that a later load can change
 * a part of it.
 */
export function requireResidence(program: Program): void {
  if (program.library !== undefined)
    throw unsuited('an allocator is asked for whole modules, in which there is nothing to patch');
  if (faultHandlingOf(program) !== undefined)
    throw unsuited('it loads whole pages when they are called: there is nothing to patch');
  if (!program.iteration.some(({ kind }) => kind === 'write_module' || kind === 'ask_writer'))
    throw unsuited('it never writes to a module');
  const kept = new Set(program.setup.flatMap((step) => resultOf(step)?.slot ?? []));
  for (const step of program.iteration) {
    if (step.kind === 'execute_module' && !kept.has(mappingOf(step.module).slot))
      throw unsuited('it makes a new mapping for every load, in which there is nothing to patch');
  }
  const run = new Set(
    program.iteration.flatMap((step) =>
      step.kind === 'execute_module' ? [mappingOf(step.module).slot] : [],
    ),
  );
  const isReplaced = (step: Step) =>
    step.kind === 'call' &&
    step.call !== 'mprotect' &&
    (run.has(subjectOf(step)?.value.slot ?? -1) ||
      step.args.some((argument) => argument.type === 'value' && run.has(argument.value.slot)));
  const replacing = program.iteration.find(isReplaced);
  if (replacing?.kind === 'call')
    throw unsuited(`its ${replacing.call} replaces the whole module in every load`);
}
