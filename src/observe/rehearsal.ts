import { asSystemCall, type CallOperand, operandOf } from '../program/calls.ts';
import {
  type CallStep,
  faultHandlingOf,
  isSystemCall,
  type ModuleSize,
  mappingOf,
  offsetOf,
  type Place,
  type Program,
  type Step,
} from '../program/ir.ts';
import { MAP, MREMAP, OPEN, PROT, UFFDIO } from '../system/constants.ts';
import type { Extent, FileReference, TracedCall, TraceEvent } from './trace-event.ts';

const mainThread = 1;
const writerThread = 2;
/** Of all architectures the calls are the same, but for numbers that nobody looks at. */
const caller = { architecture: 'x64', pid: mainThread } as const;
/** Where the first mapping lies, and how far apart they are: far enough for none to be beside another. */
const firstAddress = 0x10_0000_0000;
const apart = 0x1_0000_0000;

/**
 * What a tracer would see of a program that does what a strategy does: its setup and so many iterations,
 * without a loader and without an end. A call takes a microsecond, and so does writing or running code.
 */
export function rehearse(program: Program, iterations: number): TraceEvent[] {
  const rehearsal = new Rehearsal();
  for (const step of program.setup) rehearsal.step(step);
  for (let iteration = 1; iteration <= iterations; iteration++)
    for (const step of program.iteration) {
      const every = step.kind === 'call' ? (step.every ?? 1) : 1;
      if (iteration % every === 0) rehearsal.step(step);
      if (step.kind === 'execute_module' && faultHandlingOf(program) !== undefined)
        rehearsal.handleFaults(step.module, program.module);
    }
  return rehearsal.events;
}

/** Iterations after which every step of a program was made several times. */
export function iterationsFor({ iteration }: Program): number {
  const rarest = Math.max(1, ...iteration.map((step) => (step.kind === 'call' ? (step.every ?? 1) : 1)));
  return Math.max(6, 3 * rarest);
}

class Rehearsal {
  readonly events: TraceEvent[] = [];
  readonly #values = new Map<number, number>();
  readonly #paths = new Map<number, string>();
  /** What was stored, by address. */
  readonly #words = new Map<number, number>();
  #time = 0;
  #address = firstAddress;
  #fd = 3;

  step(step: Step): void {
    this.#time += 1e-6;
    switch (step.kind) {
      case 'call':
        this.#call(step);
        return;
      case 'write_module':
        if (step.into.kind !== 'file') return;
        this.#push('pwrite64', {
          args: [this.#value(step.into.fd.slot), 0, step.into.length, this.#addressOf(step.into.at)],
          file: this.#fileAt(step.into.fd.slot),
        });
        return;
      case 'store':
        this.#words.set(
          this.#value(step.into.slot) + step.offset,
          this.#operand(operandOf(step.word, caller)),
        );
        return;
      case 'start_writer':
        this.events.push({
          kind: 'start',
          time: this.#time,
          thread: writerThread,
          parent: mainThread,
          flags: 0,
        });
        this.#push('mmap', {
          thread: writerThread,
          args: [0, step.length, PROT.PROT_WRITE, MAP.MAP_SHARED, this.#value(step.fd.slot), 0],
          result: this.#newAddress(),
          file: this.#fileAt(step.fd.slot),
        });
        return;
      default:
        return;
    }
  }

  /** What a handler of faults does for every page of a module that is called. */
  handleFaults(place: Place, { pages, pageSize }: ModuleSize): void {
    const { PROT_READ, PROT_WRITE, PROT_EXEC } = PROT;
    const anonymous = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS;
    const over = MREMAP.MREMAP_MAYMOVE | MREMAP.MREMAP_FIXED;
    for (let page = 0; page < pages; page++) {
      const [from, to] = [this.#newAddress(), this.#addressOf(place) + page * pageSize];
      this.#time += 1e-6;
      this.#push('mmap', { args: [0, pageSize, PROT_READ | PROT_WRITE, anonymous, -1, 0], result: from });
      this.#time += 1e-6;
      this.#push('mprotect', { args: [from, pageSize, PROT_READ | PROT_EXEC] });
      this.#push('mremap', { args: [from, pageSize, pageSize, over, to], result: to });
    }
  }

  #call(step: CallStep): void {
    if (!isSystemCall(step)) return;
    const { name, operands } = asSystemCall(step, caller);
    const args = operands.map((operand) => this.#operand(operand));
    const isOnFile = name === 'ftruncate' || name === 'fcntl' || name === 'ioctl';
    const fileSlot = name === 'mmap' ? slotOf(operands[4]) : isOnFile ? slotOf(operands[0]) : undefined;
    const opened = openers.includes(name) ? this.#opened(name, operands) : undefined;
    const result = opened?.fd ?? this.#resultOf(name, args);
    if (step.result !== undefined) this.#values.set(step.result.slot, result);
    if (opened !== undefined && step.result !== undefined) this.#paths.set(step.result.slot, opened.path);
    const writes =
      name === 'ioctl' && args[1] === UFFDIO.UFFDIO_COPY ? [this.#copied(args[2] ?? 0)] : undefined;
    this.#push(name, {
      ...{ args, result },
      ...(fileSlot !== undefined && { file: this.#fileAt(fileSlot) }),
      ...(opened && { opened }),
      ...(writes && { writes }),
    });
  }

  #resultOf(name: string, args: readonly number[]): number {
    const [first = 0, , , flags = 0, fifth = 0] = args;
    if (name === 'mmap') return (flags & MAP.MAP_FIXED) === 0 ? this.#newAddress() : first;
    if (name === 'mremap') return (flags & MREMAP.MREMAP_FIXED) === 0 ? this.#newAddress() : fifth;
    return name === 'pkey_alloc' ? 1 : 0;
  }

  #opened(name: string, operands: readonly CallOperand[]): FileReference {
    const path = textOf(operands[name === 'openat' ? 1 : 0]);
    const flags = operands[2] !== undefined && 'constant' in operands[2] ? operands[2].constant : 0;
    const isUnnamed = name === 'openat' && (flags & OPEN.O_TMPFILE) === OPEN.O_TMPFILE;
    const fd = this.#fd++;
    if (name === 'openat')
      return {
        fd,
        path: isUnnamed ? `${path}/#${fd}` : path.replace('/self/', `/${mainThread}/`),
        isDeleted: isUnnamed,
      };
    return {
      fd,
      path: name === 'userfaultfd' ? 'anon_inode:[userfaultfd]' : `/memfd:${path}`,
      isDeleted: true,
    };
  }

  /** struct uffdio_copy { dst, src, len, mode, copy } */
  #copied(structure: number): Extent {
    return { start: this.#words.get(structure) ?? 0, length: this.#words.get(structure + 16) ?? 0 };
  }

  #addressOf(place: Place | undefined): number {
    return place === undefined ? 0 : this.#value(mappingOf(place).slot) + offsetOf(place);
  }

  #fileAt(slot: number): FileReference {
    return { fd: this.#value(slot), path: this.#paths.get(slot) ?? '', isDeleted: true };
  }

  #operand(operand: CallOperand): number {
    if ('constant' in operand) return operand.constant;
    if ('slot' in operand) return this.#value(operand.slot) + operand.plus;
    return 0;
  }

  #value(slot: number): number {
    return this.#values.get(slot) ?? 0;
  }

  #newAddress(): number {
    this.#address += apart;
    return this.#address;
  }

  #push(
    name: string,
    { thread = mainThread, args, result = 0, ...files }: Partial<TracedCall> & Pick<TracedCall, 'args'>,
  ): void {
    this.events.push({ kind: 'call', time: this.#time, thread, name, args, result, ...files });
  }
}

const openers: readonly string[] = ['memfd_create', 'memfd_secret', 'openat', 'userfaultfd'];

function slotOf(operand: CallOperand | undefined): number | undefined {
  return operand !== undefined && 'slot' in operand ? operand.slot : undefined;
}

function textOf(operand: CallOperand | undefined): string {
  return operand !== undefined && 'string' in operand ? operand.string : '';
}
