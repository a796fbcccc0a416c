import { at, indexed, type Memory, type X64Assembler } from '../../../assembler/x64/assembler.ts';
import { systemCallNumber } from '../../../system/syscalls.ts';
import {
  type LoadedImage,
  type LoadedPatches,
  type PageStarts,
  type Relocations,
  recordFields,
  recordShift,
  type Table,
} from '../../../workloads/content.ts';
import { functionBytes } from '../../../workloads/functions.ts';
import type { CodeTemplate } from '../../../workloads/workload.ts';
import type { FlushInstruction, ModuleSize } from '../../ir.ts';
import type { ContextField } from '../context.ts';
import type { ModuleWork, Through } from '../loop.ts';

type Stamp = Pick<NonNullable<CodeTemplate['stamp']>, 'width' | 'isPaired'>;

const EIO = 5;

/** Bytes of a cache line, of all processors. */
const lineBytes = 64;

/** Bytes that a turn of the copying loop moves. */
const copyUnit = 64;

const notByPage = () => {
  throw new TypeError('patches are not written by pages');
};

/**
 * The routines that write and run a module, in x86-64 machine code. They are entered with the destination (an
 * address, or a file descriptor) in rdi, the address at which the module runs in rsi, the offset in the file
 * in rdx, the load's counter in rcx. A system call keeps all registers but rax, rcx and r11.
 */
export class X64Module {
  readonly #a: X64Assembler;
  readonly #field: (name: ContextField) => Memory;

  constructor(assembler: X64Assembler, field: (name: ContextField) => Memory) {
    this.#a = assembler;
    this.#field = field;
  }

  write({ module, content, distance }: ModuleWork, through: Through): void {
    const a = this.#a;
    a.push('rbp');
    a.mov('rbp', 'rsp');
    const write = {
      page: {
        'page starts': (each: PageStarts) => this.#storePageStarts(each, 1, module.pageSize),
        image: (each: LoadedImage) => this.#copyPage(each, module.pageSize),
        patches: notByPage,
      },
      mapping: {
        'page starts': (each: PageStarts) => this.#storePageStarts(each, module.pages, module.pageSize),
        image: (each: LoadedImage) => this.#copyImage(each),
        patches: (each: LoadedPatches) => this.#storePatches(each),
      },
      file: {
        'page starts': (each: PageStarts) => this.#pwritePageStarts(each, module, distance),
        image: (each: LoadedImage) => this.#pwriteImage(each, distance),
        patches: (each: LoadedPatches) => this.#pwritePatches(each, distance),
      },
    }[through === 'links' ? 'mapping' : through];
    if (content.kind === 'page starts') write['page starts'](content);
    else if (content.kind === 'image') write.image(content);
    else write.patches(content);
    a.pop('rbp');
    a.ret();
  }

  /** The word of code for the load in rax. Changes rcx. */
  #codeWord({ bits, bytes, stamp }: CodeTemplate): void {
    const a = this.#a;
    if (bytes > 1 || stamp !== undefined) a.mov('rax', bits);
    if (stamp === undefined) return;
    this.#stampOf(stamp);
    a.shl('rcx', stamp.at);
    a.or('rax', 'rcx');
  }

  /** Makes a stamp of the counter in rcx. Changes r9 where it is paired. */
  #stampOf({ width, isPaired = false }: Stamp): void {
    const a = this.#a;
    const bits = isPaired ? width / 2 : width;
    a.shl('rcx', 64 - bits);
    a.shr('rcx', 64 - bits);
    if (!isPaired) return;
    // n + (2^bits - 1 - n) * 2^bits = (2^bits - 1) * (2^bits - n).
    a.mov('r9', 2 ** bits);
    a.sub('r9', 'rcx');
    a.mov('rcx', 2 ** bits - 1);
    a.imul('rcx', 'r9');
  }

  #storePageStarts({ code }: PageStarts, pages: number, pageSize: number): void {
    const a = this.#a;
    this.#codeWord(code);
    a.mov('rcx', pages * pageSize);
    a.add('rcx', 'rdi');
    const page = a.label('page');
    a.align(64);
    a.bind(page);
    if (code.bytes === 1) a.mov8(at('rdi'), Number(code.bits));
    else if (code.bytes === 4) a.mov32(at('rdi'), 'rax');
    else a.mov(at('rdi'), 'rax');
    a.add('rdi', pageSize);
    a.cmp('rdi', 'rcx');
    a.jne(page);
    a.xor32('rax', 'rax');
  }

  #pwritePageStarts({ code }: PageStarts, { pages, pageSize }: ModuleSize, distance: number): void {
    const a = this.#a;
    if (code.bytes === 1) a.mov('rax', code.bits);
    this.#codeWord(code);
    a.mov(this.#field('word'), 'rax');
    a.mov('r10', 'rdx');
    a.mov('r8', pages);
    const [page, failed] = [a.label('page'), a.label('failed')];
    a.bind(page);
    a.lea('rsi', this.#field('word'));
    a.mov('rdx', code.bytes);
    this.#pwrite(failed, distance);
    a.add('r10', pageSize);
    a.dec('r8');
    a.jne(page);
    a.xor32('rax', 'rax');
    a.bind(failed);
  }

  /**
   * pwrite64(rdi, rsi, rdx, r10); jumps with a negative errno in rax where less than rdx bytes were written.
   */
  #pwrite(failed: ReturnType<X64Assembler['label']>, distance: number): void {
    const a = this.#a;
    const whole = a.label('whole');
    for (let count = 0; count < distance; count++) a.nop();
    a.mov('rax', systemCallNumber('x64', 'pwrite64'));
    a.syscall();
    a.cmp('rax', 'rdx');
    a.je(whole);
    a.test('rax', 'rax');
    a.js(failed);
    a.mov('rax', -EIO);
    a.jmp(failed);
    a.bind(whole);
  }

  /** The address of the source's record in r8. */
  #record({ records, sources }: LoadedImage): void {
    const a = this.#a;
    a.and('rcx', sources - 1);
    a.shl('rcx', recordShift);
    a.mov('r8', records);
    a.add('r8', 'rcx');
  }

  #copyImage(image: LoadedImage): void {
    const a = this.#a;
    this.#record(image);
    a.mov('r10', 'rdi');
    a.mov('r11', 'rsi');
    this.#copy(image);
    if (image.relocations !== undefined) this.#relocate(image.relocations);
    a.xor32('rax', 'rax');
  }

  /** Copies the page at offset rdx. */
  #copyPage(image: LoadedImage, pageSize: number): void {
    if (image.relocations !== undefined) throw new TypeError('a page alone is not relocated');
    this.#record(image);
    this.#a.mov('rsi', at('r8', recordFields.image));
    this.#a.add('rsi', 'rdx');
    this.#copyFrom(pageSize);
    this.#a.xor32('rax', 'rax');
  }

  /** Copies the image of the record at r8 to rdi. Changes rsi, rdi and rcx. */
  #copy({ length }: LoadedImage): void {
    this.#a.mov('rsi', at('r8', recordFields.image));
    this.#copyFrom(length);
  }

  #copyFrom(length: number): void {
    const a = this.#a;
    const line = a.label('line');
    a.mov('rcx', length / copyUnit);
    a.align(64);
    a.bind(line);
    const vectors = ['xmm0', 'xmm1', 'xmm2', 'xmm3'] as const;
    for (const [index, vector] of vectors.entries()) a.movups(vector, at('rsi', 16 * index));
    for (const [index, vector] of vectors.entries()) a.movups(at('rdi', 16 * index), vector);
    a.add('rsi', copyUnit);
    a.add('rdi', copyUnit);
    a.dec('rcx');
    a.jne(line);
  }

  #pwriteImage(image: LoadedImage, distance: number): void {
    const a = this.#a;
    const failed = a.label('failed');
    this.#record(image);
    a.push('rdi');
    a.push('rdx');
    if (image.relocations === undefined) a.mov('rsi', at('r8', recordFields.image));
    else {
      a.mov('r11', 'rsi');
      a.mov('rdi', image.relocations.staging);
      this.#copy(image);
      a.mov('r10', image.relocations.staging);
      this.#relocate(image.relocations);
      a.mov('rsi', 'r10');
    }
    a.pop('r10');
    a.pop('rdi');
    a.mov('rdx', image.length);
    this.#pwrite(failed, distance);
    a.xor32('rax', 'rax');
    a.bind(failed);
  }

  /** Fixes up the image at r10, which will run at r11. */
  #relocate({ absolute, relative, links, embedder }: Relocations): void {
    const a = this.#a;
    this.#eachEntry(absolute, () => {
      a.add('rdx', 'r11');
      a.mov(indexed('r10', 'rax'), 'rdx');
    });
    this.#eachEntry(relative, () => {
      // S + A - P of the ELF psABI's R_X86_64_PC32; the distance counts from the field's end.
      a.add('rdx', 'r11');
      a.sub('rdx', 'rax');
      a.sub('rdx', 'r11');
      a.sub('rdx', 4);
      a.mov32(indexed('r10', 'rax'), 'rdx');
    });
    this.#eachEntry(links, () => {
      a.mov('r8', embedder);
      a.mov('rdx', indexed('r8', 'rdx'));
      a.mov(indexed('r10', 'rax'), 'rdx');
    });
  }

  /** A loop over a table, with an entry's two words in rax and rdx. */
  #eachEntry({ address, count }: Table, emit: () => void): void {
    if (count === 0) return;
    const a = this.#a;
    const entry = a.label('entry');
    a.mov('rsi', address);
    a.mov('rcx', count);
    a.bind(entry);
    a.mov32('rax', at('rsi'));
    a.mov32('rdx', at('rsi', 4));
    emit();
    a.add('rsi', 8);
    a.dec('rcx');
    a.jne(entry);
  }

  /** The place in the list of sites, in bytes, of the load's first patch, plus `more` patches, in r11. */
  #firstSite({ count }: LoadedPatches, more: number): void {
    const a = this.#a;
    a.mov('r11', 'rcx');
    a.mov('rax', count);
    a.imul('r11', 'rax');
    if (more !== 0) a.add('r11', more);
    a.shl('r11', 2);
  }

  /** The offset of the site at r11, in r9. Changes r9 only. */
  #siteOffset({ sites, siteCount }: LoadedPatches): void {
    const a = this.#a;
    a.mov('r9', 'r11');
    a.and('r9', siteCount * 4 - 1);
    a.mov('r10', sites);
    a.mov32('r9', indexed('r10', 'r9'));
  }

  #storePatches(patches: LoadedPatches): void {
    const a = this.#a;
    this.#firstSite(patches, 0);
    this.#codeWord(patches.code);
    a.mov('r8', patches.count);
    const patch = a.label('patch');
    a.bind(patch);
    this.#siteOffset(patches);
    a.mov(indexed('rdi', 'r9'), 'rax');
    a.add('r11', 4);
    a.dec('r8');
    a.jne(patch);
    a.xor32('rax', 'rax');
  }

  #pwritePatches(patches: LoadedPatches, distance: number): void {
    const a = this.#a;
    const [patch, failed] = [a.label('patch'), a.label('failed')];
    a.push('r13');
    a.push('r14');
    this.#firstSite(patches, 0);
    a.mov('r13', 'r11');
    a.mov('r14', 'rdx');
    this.#codeWord(patches.code);
    a.mov(this.#field('word'), 'rax');
    a.mov('r8', patches.count);
    a.bind(patch);
    a.mov('r11', 'r13');
    this.#siteOffset(patches);
    a.mov('r10', 'r14');
    a.add('r10', 'r9');
    a.lea('rsi', this.#field('word'));
    a.mov('rdx', 8);
    this.#pwrite(failed, distance);
    a.add('r13', 4);
    a.dec('r8');
    a.jne(patch);
    a.xor32('rax', 'rax');
    a.bind(failed);
    a.pop('r14');
    a.pop('r13');
  }

  /**
   * Entered with the module's address in rdi and the load's counter in rcx. As HotSpot does it: fence, lines,
   * fence.
   */
  flush({ module, content }: ModuleWork, instruction: FlushInstruction): void {
    const a = this.#a;
    const fence = () => (instruction === 'clflush' ? a.mfence() : a.sfence());
    fence();
    if (content.kind === 'page starts') this.#flushLines(instruction, module.pages, module.pageSize);
    else if (content.kind === 'image') this.#flushLines(instruction, content.length / lineBytes, lineBytes);
    else this.#flushPatches(instruction, content);
    fence();
    a.ret();
  }

  /** So many lines from rdi on, each as many bytes behind the one before. */
  #flushLines(instruction: FlushInstruction, count: number, stride: number): void {
    const a = this.#a;
    const line = a.label('line');
    a.mov('rcx', count);
    a.bind(line);
    a[instruction](at('rdi'));
    a.add('rdi', stride);
    a.dec('rcx');
    a.jne(line);
  }

  /** The lines of a load's patches, none of which is in two. */
  #flushPatches(instruction: FlushInstruction, patches: LoadedPatches): void {
    const a = this.#a;
    const patch = a.label('patch');
    this.#firstSite(patches, 0);
    a.mov('r8', patches.count);
    a.bind(patch);
    this.#siteOffset(patches);
    a[instruction](indexed('rdi', 'r9'));
    a.add('r11', 4);
    a.dec('r8');
    a.jne(patch);
  }

  /** Entered with the module's address in rdi and the load's counter in rcx. */
  execute({ module, content, distance }: ModuleWork): void {
    const a = this.#a;
    a.push('rbp');
    a.mov('rbp', 'rsp');
    a.push('r13');
    a.push('r14');
    for (let count = 0; count < distance; count++) a.nop();
    if (content.kind === 'page starts') this.#callPageStarts(content, module.pages, module.pageSize);
    else if (content.kind === 'image') this.#callFunctions(content);
    else if (content.isBystander) this.#callNext(content);
    else this.#callPatch(content);
    a.pop('r14');
    a.pop('r13');
    a.pop('rbp');
    a.ret();
  }

  /** Nothing: what is written is what runs. */
  completePage(): void {}

  #callPageStarts({ code }: PageStarts, pages: number, pageSize: number): void {
    const a = this.#a;
    const [address, end] = ['r13', 'r14'] as const;
    if (code.stamp !== undefined) {
      this.#stampOf(code.stamp);
      a.mov(this.#field('expected'), 'rcx');
    }
    a.mov(address, 'rdi');
    a.mov(end, pages * pageSize);
    a.add(end, address);
    const page = a.label('page');
    a.align(64);
    a.bind(page);
    a.call(address);
    if (code.stamp !== undefined) {
      a.mov32('rax', 'rax');
      this.#checkResult();
    }
    a.add(address, pageSize);
    a.cmp(address, end);
    a.jne(page);
  }

  /**
   * Every function is given what the last one returned, so that the last result tells of all; of a chain it
   * also decides which is the next.
   */
  #callFunctions(image: LoadedImage): void {
    const a = this.#a;
    const [address, left] = ['r13', 'r14'] as const;
    this.#record(image);
    a.mov('rax', at('r8', recordFields.expected));
    a.mov(this.#field('expected'), 'rax');
    a.mov(address, 'rdi');
    a.add(address, at('r8', recordFields.first));
    a.mov(left, image.calls);
    a.xor32('rax', 'rax');
    const next = a.label('next');
    a.align(64);
    a.bind(next);
    a.mov('rdi', 'rax');
    if (image.chained === undefined) {
      a.call(address);
      a.add(address, image.stride);
    } else {
      a.mov('rcx', 'rax');
      a.shr('rcx', 32);
      a.mov('rdx', image.chained);
      a.imul('rcx', 'rdx');
      a.shr('rcx', 32);
      a.shl('rcx', Math.log2(functionBytes));
      a.add('rcx', address);
      a.call('rcx');
    }
    a.dec(left);
    a.jne(next);
    this.#checkResult();
  }

  /** Calls the next place of code that another thread patches, and looks whether the number is whole. */
  #callNext(patches: LoadedPatches): void {
    const a = this.#a;
    const half = (patches.code.stamp?.width ?? 0) / 2;
    this.#firstSite({ ...patches, count: 1 }, 0);
    this.#siteOffset(patches);
    a.add('rdi', 'r9');
    a.mov('rax', 2 ** half - 1);
    a.mov(this.#field('expected'), 'rax');
    a.call('rdi');
    a.mov32('rcx', 'rax');
    a.shr('rcx', half);
    a.xor('rax', 'rcx');
    a.and('rax', 2 ** half - 1);
    this.#checkResult();
  }

  /** Calls the place that was stored to last. */
  #callPatch(patches: LoadedPatches): void {
    const a = this.#a;
    this.#firstSite(patches, patches.count - 1);
    this.#siteOffset(patches);
    a.add('rdi', 'r9');
    this.#stampOf(patches.code.stamp ?? { width: 64 });
    a.mov(this.#field('expected'), 'rcx');
    a.call('rdi');
    a.mov32('rax', 'rax');
    this.#checkResult();
  }

  /** Counts the result in rax, and whether it is not the expected one. */
  #checkResult(): void {
    const a = this.#a;
    const fresh = a.label('fresh');
    a.cmp('rax', this.#field('expected'));
    a.je(fresh);
    a.inc(this.#field('stale'));
    a.bind(fresh);
    a.inc(this.#field('executed'));
  }
}
