import { UnsuitedError } from '../program/arrange.ts';
import type { LoadedCode } from '../program/engine.ts';
import { NativeCode } from '../program/native/engine.ts';
import type { Instrument } from '../program/native/instrument.ts';
import type { Program } from '../program/step.ts';
import type { Strategy } from '../strategies/strategy.ts';
import type { MeasuredProcess } from '../target/measured-process.ts';
import { findWorkload } from '../workloads/catalogue.ts';
import type { Content } from '../workloads/content.ts';
import { contentOf } from '../workloads/load.ts';
import { ret } from '../workloads/ret.ts';
import { stamp } from '../workloads/stamp.ts';
import type { Workload } from '../workloads/workload.ts';
import type { Case } from './case.ts';
import { type Companion, companionProgram } from './companions.ts';
import { programFor } from './program.ts';

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

  /** The case's program. Throws an UnsuitedError where strategy and workload make no sense together. */
  programOf(wanted: Case): Program {
    const program = programFor(this.#options.strategyOf(wanted), workloadOf(wanted), wanted);
    if (program.landingPads && this.target.architecture !== 'arm64')
      throw new UnsuitedError('PROT_BTI asks for landing pads, which AArch64 alone has');
    return program;
  }

  /** Puts a case into the process, for its engine. */
  async load(wanted: Case): Promise<LoadedCode> {
    const code = await this.#options.load(this.target, await this.#sourceOf(wanted));
    if (code instanceof NativeCode) this.#native.push(code);
    return code;
  }

  /** Puts a case into the process as machine code, with readings of the cycle counter if they are asked for. */
  async loadNative(wanted: Case, instrument?: Instrument): Promise<NativeCode> {
    return this.#keep(await NativeCode.load(this.target, { ...(await this.#sourceOf(wanted)), instrument }));
  }

  /** What a thread beside the loading ones does. */
  async loadCompanion(companion: Companion, pageSize: number): Promise<NativeCode> {
    const program = companionProgram(companion, pageSize);
    return this.#keep(
      await NativeCode.load(this.target, { program, content: this.contents().plain, layout: 'kernel' }),
    );
  }

  /** Content that needs no memory. */
  contents(): { readonly plain: Content; readonly stamped: Content } {
    const of = (workload: Workload) => contentOf(workload, 0, this.target.architecture).at(0, 0).content;
    return { plain: of(ret), stamped: of(stamp) };
  }

  /** The step of a program whose code lies at an address of the process. */
  stepAt(address: number): string | undefined {
    return this.#native.map((code) => code.symbolAt(address)).find((name) => name !== undefined);
  }

  async #sourceOf(wanted: Case) {
    const { layout, delayTurns, distance } = wanted;
    const program = this.programOf(wanted);
    const content = this.#options.contentOf(wanted);
    return { program, content, layout, delayTurns, distance };
  }

  #keep(code: NativeCode): NativeCode {
    this.#native.push(code);
    return code;
  }
}

export function workloadOf({ id, workload, parameters }: Case): Workload {
  const found = findWorkload(workload, parameters);
  if (found === undefined) throw new Error(`cannot run ${id} here`);
  return found;
}
