import type { Stack } from './tree.ts';

/** One line of a sample's stack. */
interface Frame {
  readonly symbol: string;
  readonly isKernel: boolean;
  /** The step of the program whose code it is in. */
  readonly step: string | undefined;
}

/** What `perf script -F pid,event,ip,sym,dso` said, gathered. */
export interface ScriptReading {
  /**
   * What was sampled by with its modifiers, as `cpu-clock:pppH`, where `u` = not in the kernel; empty without
   * samples.
   */
  readonly event: string;
  readonly stacks: readonly Stack[];
  readonly otherSamples: number;
  /** Frames of the kernel within the loop that have no name, and all of them. */
  readonly unnamed: number;
  readonly kernelFrames: number;
}

const unknown = '[unknown]';

/** `  1234 cpu-clock:pppH: ` */
const headLine = /^\s*\d+\s+(\S+?):\s*$/;

/**
 * ` ffffffff815f40a1 tlb_flush ([kernel.kallsyms])`; the symbol may hold blanks and brackets, the object too.
 */
const frameLine = /^\s*([0-9a-f]+) (.*) \(((?:[^()]|\([^()]*\))*)\)\s*$/;

/** The upper half of the address space, on x86-64 and on AArch64. */
const kernelAddress = /^ffff[0-9a-f]{12}$/;

/**
 * Names the step of a program whose generated code lies at an address, or at an offset of what is mapped
 * there, as perf prints it.
 */
export type StepAt = (address: number, object: string) => string | undefined;

/** Gathers the lines of `perf script`. Lines that are neither head nor frame are passed over. */
export class ScriptReader {
  #event = '';
  #frames: Frame[] | undefined;
  #otherSamples = 0;
  #unnamed = 0;
  #kernelFrames = 0;
  readonly #samples = new Map<string, { frames: readonly string[]; samples: number }>();
  readonly #stepAt: StepAt;

  constructor(stepAt: StepAt) {
    this.#stepAt = stepAt;
  }

  line(text: string): void {
    const head = headLine.exec(text);
    if (head !== null) {
      this.#endSample();
      this.#event = head[1] ?? '';
      this.#frames = [];
      return;
    }
    const [, address, symbol, object] = frameLine.exec(text) ?? [];
    if (address === undefined || symbol === undefined || object === undefined) return;
    const isKernel = kernelAddress.test(address);
    const step = isKernel ? undefined : this.#stepAt(Number.parseInt(address, 16), object);
    this.#frames?.push({ symbol, isKernel, step });
  }

  end(): ScriptReading {
    this.#endSample();
    const stacks = [...this.#samples.values()].sort((a, b) => b.samples - a.samples);
    return {
      event: this.#event,
      stacks,
      otherSamples: this.#otherSamples,
      unnamed: this.#unnamed,
      kernelFrames: this.#kernelFrames,
    };
  }

  #endSample(): void {
    if (this.#frames === undefined) return;
    const frames = withinLoop(this.#frames);
    this.#frames = undefined;
    if (frames === undefined) {
      this.#otherSamples++;
      return;
    }
    const [, ...kernel] = frames;
    this.#kernelFrames += kernel.length;
    this.#unnamed += kernel.filter((name) => name === unknown).length;
    const key = frames.join(';');
    const known = this.#samples.get(key);
    if (known === undefined) this.#samples.set(key, { frames, samples: 1 });
    else known.samples++;
  }
}

/**
 * The frames from the step on, outermost first; undefined for a sample outside the loop. Who called the step
 * is left out: a loop whose calls return to the next step's first instruction would be named after that step.
 */
function withinLoop(frames: readonly Frame[]): string[] | undefined {
  const step = frames.findIndex((frame) => frame.step !== undefined);
  if (step < 0) return undefined;
  const inner = frames.slice(0, step);
  const kernel = inner.filter(({ isKernel }) => isKernel);
  // The module's own code has no name: it is what execute_module has called.
  const isInModule = kernel.length < inner.length;
  const name = isInModule ? 'execute_module' : (frames[step]?.step ?? unknown);
  return [name, ...kernel.map(({ symbol }) => symbol).reverse()];
}
