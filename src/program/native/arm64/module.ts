import {
  type Address,
  type Arm64Assembler,
  at,
  postIndex,
  preIndex,
} from '../../../assembler/arm64/assembler.ts';
import type { Label } from '../../../assembler/code-buffer.ts';
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
import type { ModuleSize } from '../../ir.ts';
import type { CacheMaintenanceMode } from '../../names.ts';
import type { ContextField } from '../context.ts';
import type { ModuleWork, Through } from '../loop.ts';

const EIO = 5;

/** Bytes that a turn of the copying loop moves. */
const copyUnit = 64;

/** `bti c`, on which indirect calls land where PROT_BTI is on. */
const landingPad = 0xd503245fn;
const landingPadBytes = 4;

type Mode = CacheMaintenanceMode;

/** What a range of code needs before it can run: `dc cvau` where it was written, `ic ivau` where it runs. */
type Maintenance = 'dc_cvau' | 'ic_ivau';

/** Lowest bit of CTR_EL0's field that holds the logarithm of a line's 32-bit words. */
const lineField: Readonly<Record<Maintenance, number>> = { dc_cvau: 16, ic_ivau: 0 };

/** The bit of CTR_EL0 that says that a kind of maintenance is needless: IDC, DIC (Arm ARM D24.2). */
const needlessBit: Readonly<Record<Maintenance, number>> = { dc_cvau: 28, ic_ivau: 29 };

const notByPage = () => {
  throw new TypeError('patches are not written by pages');
};

/**
 * The routines that write and run a module, in AArch64 machine code. They are entered with the destination
 * (an address, or a file descriptor) in x0, the address at which the module runs in x1, the offset in the
 * file in x2, the load's counter in x3. A system call keeps all registers but x0.
 *
 * A write ends with the data cache cleaned to the point of unification, a run begins with the instruction
 * cache invalidated (Arm ARM B2.4.4), as far as the mode asks for it; between them, the barriers that
 * libgcc's __clear_cache has. What is written through a file is cleaned where it runs, unless nothing is
 * mapped there yet: the kernel does it when it maps such pages.
 */
export class Arm64Module {
  readonly #a: Arm64Assembler;
  readonly #field: (name: ContextField) => Address;

  constructor(assembler: Arm64Assembler, field: (name: ContextField) => Address) {
    this.#a = assembler;
    this.#field = field;
  }

  write({ module, content, landingPads, codeStays, icache, distance }: ModuleWork, through: Through): void {
    const a = this.#a;
    a.stp('x29', 'x30', preIndex('sp', -16));
    a.mov('x29', 'sp');
    const write = {
      page: {
        'page starts': (each: PageStarts) =>
          this.#storePageStarts(each, { ...module, pages: 1 }, { landingPads, icache }),
        image: (each: LoadedImage) => this.#copyPage(each, module.pageSize, icache),
        patches: notByPage,
      },
      mapping: {
        'page starts': (each: PageStarts) =>
          this.#storePageStarts(each, module, {
            landingPads,
            icache: through === 'links' ? undefined : icache,
          }),
        image: (each: LoadedImage) => this.#copyImage(each, icache),
        patches: (each: LoadedPatches) => this.#storePatches(each, icache),
      },
      file: {
        'page starts': (each: PageStarts) =>
          this.#pwritePageStarts(each, module, { landingPads, icache, distance }),
        image: (each: LoadedImage) => this.#pwriteImage(each, { icache, distance }),
        patches: (each: LoadedPatches) => this.#pwritePatches(each, { icache, distance }),
      },
    }[through === 'links' ? 'mapping' : through];
    if (content.kind === 'page starts') write['page starts'](content);
    else if (content.kind === 'image') write.image(content);
    else write.patches(content);
    if (codeStays && content.kind === 'image' && through !== 'page') this.#invalidateOnce(content);
    a.ldp('x29', 'x30', postIndex('sp', 16));
    a.ret();
  }

  /** The word of code for the load in x9. Changes x10. */
  #codeWord({ bits, stamp }: CodeTemplate): void {
    const a = this.#a;
    a.movImmediate('x9', bits);
    if (stamp === undefined) return;
    a.ubfx('x10', 'x3', 0, stamp.width);
    a.lsl('x10', 'x10', stamp.at);
    a.orr('x9', 'x9', 'x10');
  }

  #storeWord({ bytes }: CodeTemplate, address: Address): void {
    if (bytes === 1) this.#a.strb('x9', address);
    else if (bytes === 4) this.#a.strw('x9', address);
    else this.#a.str('x9', address);
  }

  #storePageStarts(
    { code }: PageStarts,
    { pages, pageSize }: ModuleSize,
    { landingPads, icache }: { readonly landingPads: boolean; readonly icache: Mode | undefined },
  ): void {
    const a = this.#a;
    a.mov('x6', 'x0');
    this.#codeWord(code);
    if (landingPads) a.movImmediate('x12', landingPad);
    a.movImmediate('x4', pageSize);
    this.#times(pages, 'x5', () => {
      if (landingPads) {
        a.strw('x12', at('x0'));
        a.add('x11', 'x0', landingPadBytes);
      }
      this.#storeWord(code, at(landingPads ? 'x11' : 'x0'));
      a.add('x0', 'x0', 'x4');
    });
    // Links are data.
    if (icache !== undefined) {
      this.#readCacheType(icache);
      this.#unlessNeedless('dc_cvau', icache, () => this.#eachPage('dc_cvau', 'x6', pages));
      a.dsb_ish();
    }
    a.movImmediate('x0', 0);
  }

  /** A loop of so many turns. */
  #times(count: number, register: 'x5' | 'x22', emit: () => void): void {
    const a = this.#a;
    const turn = a.label('turn');
    a.movImmediate(register, count);
    a.bind(turn);
    emit();
    a.subs(register, register, 1);
    a.bne(turn);
  }

  /** Maintains the line at each page start from `register` on, which it changes. The page size is in x4. */
  #eachPage(how: Maintenance, register: 'x0' | 'x6' | 'x12', pages: number): void {
    const a = this.#a;
    this.#times(pages, 'x5', () => {
      a[how](register);
      a.add(register, register, 'x4');
    });
  }

  #pwritePageStarts(
    { code }: PageStarts,
    { pages, pageSize }: ModuleSize,
    { landingPads, icache, distance }: Pick<ModuleWork, 'landingPads' | 'icache' | 'distance'>,
  ): void {
    const a = this.#a;
    const [failed, unmapped] = [a.label('failed'), a.label('unmapped')];
    this.#codeWord(code);
    a.str('x9', this.#field('word'));
    if (landingPads) {
      a.movImmediate('x9', landingPad << 32n);
      a.str('x9', this.#field('pad'));
    }
    this.#keepFile();
    a.movImmediate('x4', pageSize);
    this.#times(pages, 'x5', () => {
      this.#pwriteWord(code.bytes, failed, distance, landingPads ? landingPadBytes : 0);
      a.add('x7', 'x7', 'x4');
    });
    a.cbz('x12', unmapped);
    this.#readCacheType(icache);
    this.#unlessNeedless('dc_cvau', icache, () => this.#eachPage('dc_cvau', 'x12', pages));
    a.bind(unmapped);
    a.dsb_ish();
    a.movImmediate('x0', 0);
    a.bind(failed);
  }

  /**
   * The descriptor in x6, the offset in x7, the address at which the code runs in x11, and in x12 whether
   * there is one.
   */
  #keepFile(): void {
    const a = this.#a;
    a.mov('x6', 'x0');
    a.mov('x7', 'x2');
    a.mov('x11', 'x1');
    a.mov('x12', 'x1');
  }

  /** Writes bytes of the context's word, and so many before it, to offset x7. */
  #pwriteWord(bytes: number, failed: Label, distance: number, before = 0): void {
    const a = this.#a;
    a.mov('x0', 'x6');
    this.#fieldAddress('x1', 'word', before);
    a.movImmediate('x2', before + bytes);
    a.mov('x3', 'x7');
    this.#pwrite(failed, distance);
  }

  #fieldAddress(register: 'x1', name: ContextField, before: number): void {
    const { base, offset } = this.#field(name);
    this.#a.add(register, base, offset - before);
  }

  /** Reads into x16 what caches need, for `#unlessNeedless`. */
  #readCacheType(icache: Mode): void {
    if (icache !== 'always') this.#a.mrs('x16', 'ctr_el0');
  }

  /** Maintenance that is skipped where the processor says, in x16, that it does without. */
  #unlessNeedless(how: Maintenance, icache: Mode, emit: () => void): void {
    const needless = this.#a.label('needless');
    if (icache !== 'always') this.#a.tbnz('x16', needlessBit[how], needless);
    emit();
    this.#a.bind(needless);
  }

  /** pwrite64(x0, x1, x2, x3); jumps with a negative errno in x0 where less than x2 bytes were written. */
  #pwrite(failed: Label, distance: number): void {
    const a = this.#a;
    const whole = a.label('whole');
    const short = a.label('short');
    for (let count = 0; count < distance; count++) a.nop();
    a.movImmediate('x8', systemCallNumber('arm64', 'pwrite64'));
    a.svc(0);
    a.cmp('x0', 'x2');
    a.beq(whole);
    a.cmp('x0', 0);
    a.bge(short);
    a.b(failed);
    a.bind(short);
    a.movImmediate('x0', -EIO);
    a.b(failed);
    a.bind(whole);
  }

  /** The address of the source's record in x4. */
  #record({ records, sources }: LoadedImage): void {
    const a = this.#a;
    a.movImmediate('x4', sources - 1);
    a.and('x4', 'x3', 'x4');
    a.lsl('x4', 'x4', recordShift);
    a.movImmediate('x5', records);
    a.add('x4', 'x4', 'x5');
  }

  /** Copies the image at x4 to x10. Keeps x6, x7, x10, x11 and x12. */
  #copy({ length }: Pick<LoadedImage, 'length'>): void {
    const a = this.#a;
    const pairs = [
      ['x13', 'x14'],
      ['x15', 'x16'],
      ['x0', 'x1'],
      ['x2', 'x3'],
    ] as const;
    a.mov('x9', 'x10');
    this.#times(length / copyUnit, 'x5', () => {
      for (const [index, [first, second]] of pairs.entries()) a.ldp(first, second, at('x4', 16 * index));
      for (const [index, [first, second]] of pairs.entries()) a.stp(first, second, at('x9', 16 * index));
      a.add('x4', 'x4', copyUnit);
      a.add('x9', 'x9', copyUnit);
    });
  }

  #copyImage(image: LoadedImage, icache: Mode): void {
    const a = this.#a;
    this.#record(image);
    a.ldr('x4', at('x4', recordFields.image));
    a.mov('x10', 'x0');
    a.mov('x11', 'x1');
    this.#copy(image);
    if (image.relocations !== undefined) this.#relocate(image.relocations);
    this.#readCacheType(icache);
    this.#unlessNeedless('dc_cvau', icache, () => this.#eachLine('dc_cvau', 'x10', image.length));
    a.dsb_ish();
    a.movImmediate('x0', 0);
  }

  /** Copies the page at offset x2. */
  #copyPage(image: LoadedImage, pageSize: number, icache: Mode): void {
    if (image.relocations !== undefined) throw new TypeError('a page alone is not relocated');
    const a = this.#a;
    this.#record(image);
    a.ldr('x4', at('x4', recordFields.image));
    a.add('x4', 'x4', 'x2');
    a.mov('x10', 'x0');
    this.#copy({ length: pageSize });
    this.#readCacheType(icache);
    this.#unlessNeedless('dc_cvau', icache, () => this.#eachLine('dc_cvau', 'x10', pageSize));
    a.dsb_ish();
    a.movImmediate('x0', 0);
  }

  #pwriteImage(image: LoadedImage, { icache, distance }: Pick<ModuleWork, 'icache' | 'distance'>): void {
    const a = this.#a;
    const [failed, unmapped] = [a.label('failed'), a.label('unmapped')];
    this.#record(image);
    a.ldr('x4', at('x4', recordFields.image));
    this.#keepFile();
    if (image.relocations === undefined) a.mov('x1', 'x4');
    else {
      a.movImmediate('x10', image.relocations.staging);
      this.#copy(image);
      this.#relocate(image.relocations);
      a.mov('x1', 'x10');
    }
    a.mov('x0', 'x6');
    a.movImmediate('x2', image.length);
    a.mov('x3', 'x7');
    this.#pwrite(failed, distance);
    a.cbz('x12', unmapped);
    this.#readCacheType(icache);
    this.#unlessNeedless('dc_cvau', icache, () => this.#eachLine('dc_cvau', 'x11', image.length));
    a.bind(unmapped);
    a.dsb_ish();
    a.movImmediate('x0', 0);
    a.bind(failed);
  }

  /** Fixes up the image at x10, which will run at x11. */
  #relocate({ absolute, relative, links, embedder }: Relocations): void {
    const a = this.#a;
    this.#eachEntry(absolute, () => {
      a.add('x14', 'x14', 'x11');
      a.str('x14', at('x13'));
    });
    this.#eachEntry(relative, () => {
      // S + A - P in words, in the low 26 bits of the branch (R_AARCH64_CALL26 of the ELF ABI).
      a.add('x14', 'x14', 'x11');
      a.sub('x15', 'x13', 'x10');
      a.add('x15', 'x15', 'x11');
      a.sub('x14', 'x14', 'x15');
      a.ubfx('x14', 'x14', 2, 26);
      a.movImmediate('x15', 0x94000000);
      a.orr('x14', 'x14', 'x15');
      a.strw('x14', at('x13'));
    });
    this.#eachEntry(links, () => {
      a.movImmediate('x15', embedder);
      a.add('x15', 'x15', 'x14');
      a.ldr('x14', at('x15'));
      a.str('x14', at('x13'));
    });
  }

  /** A loop over a table, with the address of an entry's place in x13 and its second word in x14. */
  #eachEntry({ address, count }: Table, emit: () => void): void {
    if (count === 0) return;
    const a = this.#a;
    a.movImmediate('x9', address);
    this.#times(count, 'x5', () => {
      a.ldrw('x13', at('x9'));
      a.ldrw('x14', at('x9', 4));
      a.add('x13', 'x13', 'x10');
      emit();
      a.add('x9', 'x9', 8);
    });
  }

  /** Maintains every cache line of so many bytes from `start` on. */
  #eachLine(how: Maintenance, start: 'x0' | 'x10' | 'x11', length: number): void {
    const a = this.#a;
    const line = a.label('line');
    // Lines are 4 << field bytes long (Arm ARM D24.2, CTR_EL0).
    a.mrs('x13', 'ctr_el0');
    a.ubfx('x13', 'x13', lineField[how], 4);
    a.movImmediate('x14', 4);
    a.lslv('x13', 'x14', 'x13');
    a.movImmediate('x14', length);
    a.add('x14', 'x14', start);
    a.mov('x15', start);
    a.bind(line);
    a[how]('x15');
    a.add('x15', 'x15', 'x13');
    a.cmp('x15', 'x14');
    a.blo(line);
  }

  /**
   * The place in the list of sites, in bytes, of the load's first patch, plus `more` patches, in x13. Changes
   * x14.
   */
  #firstSite({ count }: LoadedPatches, more: number): void {
    const a = this.#a;
    a.movImmediate('x14', count);
    a.mul('x13', 'x3', 'x14');
    a.movImmediate('x14', more);
    a.add('x13', 'x13', 'x14');
    a.lsl('x13', 'x13', 2);
  }

  /** The offset of the site at x13, in x14. Changes x15. */
  #siteOffset({ sites, siteCount }: LoadedPatches): void {
    const a = this.#a;
    a.movImmediate('x14', siteCount * 4 - 1);
    a.and('x14', 'x13', 'x14');
    a.movImmediate('x15', sites);
    a.add('x15', 'x15', 'x14');
    a.ldrw('x14', at('x15'));
  }

  #storePatches(patches: LoadedPatches, icache: Mode): void {
    const a = this.#a;
    this.#readCacheType(icache);
    this.#firstSite(patches, 0);
    this.#codeWord(patches.code);
    this.#times(patches.count, 'x5', () => {
      this.#siteOffset(patches);
      a.add('x14', 'x14', 'x0');
      a.str('x9', at('x14'));
      this.#unlessNeedless('dc_cvau', icache, () => a.dc_cvau('x14'));
      a.add('x13', 'x13', 4);
    });
    a.dsb_ish();
    a.movImmediate('x0', 0);
  }

  #pwritePatches(
    patches: LoadedPatches,
    { icache, distance }: Pick<ModuleWork, 'icache' | 'distance'>,
  ): void {
    const a = this.#a;
    const failed = a.label('failed');
    this.#firstSite(patches, 0);
    this.#codeWord(patches.code);
    a.str('x9', this.#field('word'));
    this.#keepFile();
    this.#readCacheType(icache);
    a.mov('x9', 'x7');
    a.mov('x10', 'x11');
    this.#times(patches.count, 'x5', () => {
      this.#siteOffset(patches);
      a.add('x7', 'x9', 'x14');
      a.add('x11', 'x10', 'x14');
      this.#pwriteWord(patches.code.bytes, failed, distance);
      const unmapped = a.label('unmapped');
      a.cbz('x12', unmapped);
      this.#unlessNeedless('dc_cvau', icache, () => a.dc_cvau('x11'));
      a.bind(unmapped);
      a.add('x13', 'x13', 4);
    });
    a.dsb_ish();
    a.movImmediate('x0', 0);
    a.bind(failed);
  }

  /** A write has cleaned its lines already. */
  flush(): void {
    this.#a.ret();
  }

  /** Entered with the module's address in x0 and the load's counter in x3. */
  execute({ module, content, codeStays, icache: wanted, distance }: ModuleWork): void {
    const a = this.#a;
    a.stp('x29', 'x30', preIndex('sp', -32));
    a.mov('x29', 'sp');
    a.stp('x21', 'x22', at('sp', 16));
    for (let count = 0; count < distance; count++) a.nop();
    const icache = codeStays ? undefined : wanted;
    if (content.kind === 'page starts') this.#callPageStarts(content, module, icache);
    else if (content.kind === 'image') this.#callFunctions(content, icache);
    else this.#callPatch(content, wanted);
    a.ldp('x21', 'x22', at('sp', 16));
    a.ldp('x29', 'x30', postIndex('sp', 32));
    a.ret();
  }

  /** What was written into the page at x0 is what runs there. */
  completePage({ module, content, icache }: ModuleWork): void {
    // Of code at a page start one line was written.
    this.#invalidate(icache, () =>
      content.kind === 'image' ? this.#eachLine('ic_ivau', 'x0', module.pageSize) : this.#a.ic_ivau('x0'),
    );
  }

  /** Has what is fetched from here on be what was written; `all` invalidates more than the line at x0. */
  #invalidate(icache: Mode, all: () => void): void {
    const a = this.#a;
    this.#readCacheType(icache);
    this.#unlessNeedless('ic_ivau', icache, () => {
      if (icache === 'single') a.ic_ivau('x0');
      else all();
      a.dsb_ish();
    });
    a.isb();
  }

  /** What was written to run at x11, if it is mapped, and will not be written again. Keeps x0. */
  #invalidateOnce({ length }: LoadedImage): void {
    const a = this.#a;
    const unmapped = a.label('unmapped');
    a.cbz('x11', unmapped);
    this.#eachLine('ic_ivau', 'x11', length);
    a.dsb_ish();
    a.isb();
    a.bind(unmapped);
  }

  #callPageStarts({ code }: PageStarts, { pages, pageSize }: ModuleSize, icache: Mode | undefined): void {
    const a = this.#a;
    a.mov('x21', 'x0');
    a.movImmediate('x4', pageSize);
    if (icache !== undefined) this.#invalidate(icache, () => this.#eachPage('ic_ivau', 'x0', pages));
    if (code.stamp !== undefined) {
      a.ubfx('x9', 'x3', 0, code.stamp.width);
      a.str('x9', this.#field('expected'));
    }
    this.#times(pages, 'x22', () => {
      a.blr('x21');
      if (code.stamp !== undefined) this.#checkResult(32);
      a.movImmediate('x4', pageSize);
      a.add('x21', 'x21', 'x4');
    });
  }

  /**
   * Every function is given what the last one returned, so that the last result tells of all; of a chain it
   * also decides which is the next.
   */
  #callFunctions(image: LoadedImage, icache: Mode | undefined): void {
    const a = this.#a;
    this.#record(image);
    a.ldr('x5', at('x4', recordFields.expected));
    a.str('x5', this.#field('expected'));
    if (icache !== undefined) this.#invalidate(icache, () => this.#eachLine('ic_ivau', 'x0', image.length));
    a.ldr('x5', at('x4', recordFields.first));
    a.add('x21', 'x0', 'x5');
    a.movImmediate('x0', 0);
    this.#times(image.calls, 'x22', () => {
      if (image.chained === undefined) {
        a.blr('x21');
        a.movImmediate('x4', image.stride);
        a.add('x21', 'x21', 'x4');
      } else {
        a.lsr('x4', 'x0', 32);
        a.movImmediate('x5', image.chained);
        a.mul('x4', 'x4', 'x5');
        a.lsr('x4', 'x4', 32);
        a.lsl('x4', 'x4', Math.log2(functionBytes));
        a.add('x4', 'x4', 'x21');
        a.blr('x4');
      }
    });
    this.#checkResult(64);
  }

  /** Calls the place that was stored to last. */
  #callPatch(patches: LoadedPatches, icache: Mode): void {
    const a = this.#a;
    const eachSite = (visit: () => void) =>
      this.#times(patches.count, 'x22', () => {
        this.#siteOffset(patches);
        a.add('x14', 'x14', 'x0');
        visit();
        a.add('x13', 'x13', 4);
      });
    this.#firstSite(patches, 0);
    this.#invalidate(icache, () => eachSite(() => a.ic_ivau('x14')));
    this.#firstSite(patches, patches.count - 1);
    this.#siteOffset(patches);
    a.add('x14', 'x14', 'x0');
    a.ubfx('x9', 'x3', 0, patches.code.stamp?.width ?? 64);
    a.str('x9', this.#field('expected'));
    a.blr('x14');
    this.#checkResult(32);
  }

  /** Counts the result in the low bits of x0, and whether it is not the expected one. */
  #checkResult(width: 32 | 64): void {
    const a = this.#a;
    const fresh = a.label('fresh');
    if (width === 32) a.ubfx('x0', 'x0', 0, 32);
    a.ldr('x9', this.#field('expected'));
    a.cmp('x0', 'x9');
    a.beq(fresh);
    this.#increment('stale');
    a.bind(fresh);
    this.#increment('executed');
  }

  #increment(counter: ContextField): void {
    this.#a.ldr('x9', this.#field(counter));
    this.#a.add('x9', 'x9', 1);
    this.#a.str('x9', this.#field(counter));
  }
}
