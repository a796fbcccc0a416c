import { basename } from 'node:path';
import {
  arrange,
  requireExecution,
  requireKnownAddresses,
  requireResidence,
  unsuited,
} from '../program/arrange.ts';
import type { LoadedCode } from '../program/engine.ts';
import { faultHandlingOf, type ModuleSize, type Program } from '../program/ir.ts';
import { NativeCode } from '../program/native/engine.ts';
import type { Instrument } from '../program/native/instrument.ts';
import { programOf, type Strategy } from '../strategies/strategy.ts';
import type { MeasuredProcess } from '../target/measured-process.ts';
import { findWorkload } from '../workloads/catalogue.ts';
import type { Content } from '../workloads/content.ts';
import { planImage } from '../workloads/image.ts';
import { contentOf } from '../workloads/load.ts';
import { ret, stamp } from '../workloads/page-starts.ts';
import type { CodeKind, Workload } from '../workloads/workload.ts';
import type { Case } from './plan.ts';
import { type BackgroundThread, backgroundProgram } from './thread-group.ts';

/**
 * Bytes that the modules of a workload may take in all: what they hold is touched, and a host has other uses
 * for it.
 */
const maxBytes = 512 * 1024 * 1024;

/**
 * The program of a strategy as a workload runs it. Throws an error of kind `unsuited` where the two make no
 * sense together.
 */
export function programFor(strategy: Strategy, workload: Workload, module: ModuleSize): Program {
  const program = programOf(strategy, module);
  const { code } = workload;
  if (code.kind === 'patches') requireResidence(program);
  if (code.kind === 'patches' && program.landingPads)
    throw unsuited('a patch is a store of 8 bytes, in which there is no room for a landing pad');
  const isFixed = program.iteration.some((step) => step.kind === 'execute_module' && step.load === 'setup');
  if (code.kind === 'image' && code.isRelocated && isFixed)
    throw unsuited('it runs its image as it is in the file, in which nothing can be relocated');
  if (code.kind === 'image' && code.isRelocated) requireKnownAddresses(program);
  if (code.kind === 'image' && code.isRelocated && faultHandlingOf(program) !== undefined)
    throw unsuited('its handler of faults copies a page as it is, in which nothing is relocated');
  if (code.kind === 'image' && program.linkDistance !== undefined)
    throw unsuited('its code is in a file and only its links are written, which images have in their code');
  const arranged = withCalls(arrange(program, workload.life), code);
  const mapped = bytesOf(arranged) * (arranged.instances ?? 1);
  if (mapped > maxBytes) {
    const MiB = (bytes: number) => Math.ceil(bytes / 1024 / 1024);
    throw unsuited(
      `its modules take ${MiB(mapped)} MiB in all, ${MiB(maxBytes)} are allowed; ask for fewer --modules or --pages`,
    );
  }
  return arranged;
}

/** The cost of a program that only runs its module is that of a call. */
function withCalls(program: Program, code: CodeKind): Program {
  if (!program.isLoaded || code.kind !== 'image') return program;
  const { pages, pageSize } = program.module;
  return { ...program, loads: planImage(pages * pageSize, code).calls };
}

/** The longest mapping that an instance makes: the others are views of it, or shorter. */
function bytesOf({ setup, iteration }: Program): number {
  const lengths = [...setup, ...iteration].flatMap((step) =>
    step.kind === 'call' && step.result?.kind === 'mapping' ? [step.result.length] : [],
  );
  return Math.max(0, ...lengths);
}

/** What a fork has to know to put cases into its measured process. */
export interface BenchOptions {
  readonly target: MeasuredProcess;
  /** Those that the measured process may run on; the first is the one that it measures on. */
  readonly cpus: readonly number[];
  readonly strategyOf: (wanted: Case) => Strategy;
  /** What a case loads, in the measured process's memory. */
  readonly contentOf: (wanted: Case) => Content;
  /** How programs of the case's engine get into the process. */
  readonly load: (
    target: MeasuredProcess,
    source: Parameters<typeof NativeCode.load>[1],
  ) => Promise<LoadedCode>;
}

/** A measured process, and the code that was put into it for a job's cases. */
export class Bench {
  readonly target: MeasuredProcess;
  readonly cpus: readonly number[];
  readonly #options: BenchOptions;
  readonly #native: NativeCode[] = [];

  constructor(options: BenchOptions) {
    this.target = options.target;
    this.cpus = options.cpus;
    this.#options = options;
  }

  /**
   * The case's program. Throws an error of kind `unsuited` where strategy and workload make no sense
   * together.
   */
  programOf(wanted: Case): Program {
    const program = programFor(this.#options.strategyOf(wanted), workloadOf(wanted), wanted);
    if (program.landingPads && this.target.architecture !== 'arm64')
      throw unsuited('PROT_BTI asks for landing pads, which AArch64 alone has');
    if (program.library !== undefined) this.#requireLibraries();
    if ((wanted.background ?? wanted.processes) !== undefined && faultHandlingOf(program) !== undefined)
      throw unsuited('its handler of faults has a stack in the one thread that sets it up');
    const { icache } = wanted;
    if (icache === undefined) return program;
    if (this.target.architecture !== 'arm64')
      throw unsuited(
        `--icache ${icache} is of AArch64, whose caches are maintained by the program; leave it out here`,
      );
    return { ...program, icache };
  }

  /** Puts a case into the process, for its engine. */
  async load(wanted: Case): Promise<LoadedCode> {
    const code = await this.#options.load(this.target, await this.#sourceOf(wanted));
    if (code instanceof NativeCode) this.#native.push(code);
    return code;
  }

  /**
   * Puts a case into the process as machine code, with readings of the cycle counter if they are asked for.
   */
  async loadNative(wanted: Case, instrument?: Instrument): Promise<NativeCode> {
    return this.#keep(await NativeCode.load(this.target, { ...(await this.#sourceOf(wanted)), instrument }));
  }

  /** Puts so many modules of a case into the process, all of which live. */
  async loadLive(wanted: Case, modules: number): Promise<NativeCode> {
    const source = await this.#sourceOf(wanted);
    if (source.program.library !== undefined)
      throw unsuited('mapbench weighs the mappings of its own programs, not those of an allocator');
    const { life } = workloadOf(wanted);
    if (life.kind !== 'resident')
      throw unsuited(`${wanted.workload} is not one module that is loaded again and again`);
    const program = arrange(source.program, { kind: 'tenants', modules });
    const runs = program.iteration.filter(({ kind }) => kind === 'execute_module');
    return this.#keep(await NativeCode.load(this.target, { ...source, program }, runs));
  }

  /** Puts a case into the process, its module the number of its load on every page. */
  async loadStamped(wanted: Case): Promise<NativeCode> {
    const source = await this.#sourceOf(wanted);
    return this.#keep(await NativeCode.load(this.target, { ...source, content: this.contents().stamped }));
  }

  /** What a thread beside the loading ones does. */
  async loadCompanion(backgroundThread: BackgroundThread, beside: Case): Promise<NativeCode> {
    if (backgroundThread === 'run') this.#requireLive(beside);
    const content = backgroundThread === 'run' ? this.#beside(beside) : this.contents().plain;
    const program = backgroundProgram(backgroundThread, beside);
    return this.#keep(await NativeCode.load(this.target, { program, content, layout: 'kernel' }));
  }

  #requireLibraries(): void {
    if (this.target.libraries === undefined)
      throw unsuited('an allocator runs in processes of this host, with the native engine');
  }

  /** Patches of a case as a thread runs them that does not make them. */
  #beside(beside: Case): Content {
    const content = this.#options.contentOf(beside);
    if (content.kind !== 'patches') throw unsuited('only patches are made to code that runs meanwhile');
    return { ...content, isBystander: true };
  }

  #requireLive(beside: Case): void {
    requireExecution(this.programOf(beside));
    if (this.target.architecture === 'arm64')
      throw unsuited(
        'AArch64 lets no thread run what another patches, but for branches and nops (Arm ARM B2.2.5)',
      );
  }

  /** Content that needs no memory. */
  contents(): { readonly plain: Content; readonly stamped: Content } {
    const of = (workload: Workload) => contentOf(workload, 0, this.target.architecture).at(0, 0).content;
    return { plain: of(ret), stamped: of(stamp) };
  }

  /** The step of a program, or the shared object, whose code lies at an address of the process. */
  stepAt(address: number): string | undefined {
    for (const [path, { begin, end }] of this.target.libraries ?? [])
      if (begin <= address && address < end) return basename(path);
    return this.#native.map((code) => code.symbolAt(address)).find((name) => name !== undefined);
  }

  async #sourceOf(wanted: Case) {
    const { layout, delayTurns, delayedStep, distance } = wanted;
    const program = this.programOf(wanted);
    const content = this.#options.contentOf(wanted);
    return { program, content, layout, delayTurns, delayedStep, distance };
  }

  #keep(code: NativeCode): NativeCode {
    this.#native.push(code);
    return code;
  }
}

export function workloadOf({ workload, parameters, background }: Case): Workload {
  return findWorkload(workload, { ...parameters, isLive: background === 'run' });
}
