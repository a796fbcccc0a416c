import type { Architecture } from '../system/syscalls.ts';
import {
  type ContentImage,
  constantHalves,
  hash32,
  type LoadedImage,
  type Relocations,
  recordFields,
  recordShift,
} from './content.ts';
import {
  embedderCode,
  embedderFunctions,
  type FunctionKind,
  functionBytes,
  functionTemplate,
} from './functions.ts';
import type { CodeKind } from './workload.ts';

/** Bytes of all sources together: more than caches hold, so that copying reads memory as a loader does. */
const sourceBytes = 16 * 1024 * 1024;
const minSources = 4;
const maxSources = 64;

/** The plan of an image: its functions, what they refer to, which are called. The same in every backend. */
export interface ImagePlan {
  /** Bytes. */
  readonly length: number;
  readonly functions: number;
  /** Images that take turns, a power of 2. */
  readonly sources: number;
  readonly isRelocated: boolean;
  readonly calls: number;
  /** Functions from one called to the next. */
  readonly stride: number;
  /** What a function returns decides which is called next. */
  readonly isChained: boolean;
}

export function planImage(
  bytes: number,
  { isRelocated, isChained = false, calls: wanted }: Extract<CodeKind, { kind: 'image' }>,
): ImagePlan {
  const functions = bytes / functionBytes;
  const calls =
    'count' in wanted
      ? Math.min(wanted.count, functions)
      : Math.max(1, Math.round(wanted.fraction * functions));
  const affordable = Math.min(maxSources, Math.max(minSources, Math.floor(sourceBytes / bytes)));
  return {
    length: bytes,
    functions,
    sources: isChained ? 1 : 2 ** Math.floor(Math.log2(affordable)),
    isRelocated,
    calls,
    stride: Math.floor(functions / calls),
    isChained,
  };
}

/**
 * The kinds of an image's functions, which take turns. Those that are called by others call none of the
 * image.
 */
const turns: readonly FunctionKind[] = ['link', 'absolute', 'relative', 'link'];

export function kindOf({ isRelocated }: ImagePlan, index: number): FunctionKind {
  return isRelocated ? (turns[index % turns.length] ?? 'leaf') : 'leaf';
}

/** The function of the image that an `absolute` or `relative` one calls: a link. */
export function targetOf({ functions }: ImagePlan, index: number): number {
  return turns.length * (hash32(index) % (functions / turns.length));
}

/** The embedder's function that a link calls. */
function linkOf(index: number): number {
  return index % embedderFunctions;
}

/** The function that is called first: the sources differ in it, so that in the end all are called. */
export function firstOf({ stride }: ImagePlan, source: number): number {
  return source % stride;
}

/**
 * The function of a chain that is called after one has returned x: its upper half, scaled to their number.
 */
function nextOf({ functions }: ImagePlan, x: bigint): number {
  return Number(((x >> 32n) * BigInt(functions)) >> 32n);
}

/** What the constants of a function are made of. */
function constantNumber({ functions }: ImagePlan, source: number, index: number): number {
  return source * functions + index;
}

const word = (value: bigint) => BigInt.asUintN(64, value);

/** What the called functions of a source make of 0, each given what the one before returned. */
export function expectedOf(plan: ImagePlan, source: number): bigint {
  const mix = (index: number, x: bigint) => {
    const [low, high] = constantHalves(constantNumber(plan, source, index));
    const constant = (BigInt(high) << 32n) | BigInt(low);
    return word((x ^ constant) * constant);
  };
  const call = (index: number, x: bigint): bigint => {
    const mixed = mix(index, x);
    const kind = kindOf(plan, index);
    if (kind === 'link') return word(mixed + BigInt(linkOf(index) + 1));
    return kind === 'leaf' ? mixed : call(targetOf(plan, index), mixed);
  };
  let x = 0n;
  for (let n = 0; n < plan.calls; n++)
    x = call(plan.isChained ? nextOf(plan, x) : firstOf(plan, source) + n * plan.stride, x);
  return x;
}

/** The bytes of every source, one after the other, before relocation. */
function sourcesOf(plan: ImagePlan, architecture: Architecture): Uint8Array {
  const templates = new Map(
    (['leaf', ...turns] as const).map((kind) => [kind, functionTemplate(kind, architecture)]),
  );
  const bytes = new Uint8Array(plan.length * plan.sources);
  const view = new DataView(bytes.buffer);
  for (let source = 0; source < plan.sources; source++) {
    for (let index = 0; index < plan.functions; index++) {
      const template = templates.get(kindOf(plan, index));
      if (template === undefined) throw new TypeError('a function of no kind');
      const at = source * plan.length + index * functionBytes;
      bytes.set(template.code, at);
      const [low, high] = constantHalves(constantNumber(plan, source, index));
      view.setUint32(at + template.constantAt, low, true);
      view.setUint32(at + template.constantAt + 4, high, true);
    }
  }
  return bytes;
}

/** Gathers what lies one behind the other in memory. */
class Placer {
  readonly #parts: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  #end: number;

  constructor(base: number) {
    this.#end = base;
  }

  /** Puts bytes behind the others, at a multiple of `unit` plus `offset`, and returns their address. */
  put(bytes: Uint8Array, unit = 64, offset = 0): number {
    const at = Math.ceil((this.#end - offset) / unit) * unit + offset;
    this.#parts.push({ at, bytes });
    this.#end = at + bytes.length;
    return at;
  }

  /** All of it from `base` on. */
  finish(base: number): Uint8Array {
    const whole = new Uint8Array(this.#end - base);
    for (const { at, bytes } of this.#parts) whole.set(bytes, at - base);
    return whole;
  }
}

/** Away from page starts, which modules compete for. */
const codeOffset = 2048;
const pageBytes = 4096;

function relocationsOf(
  plan: ImagePlan,
  architecture: Architecture,
  placer: Placer,
  staging: number,
): Relocations {
  const table = (kind: FunctionKind, second: (index: number) => number) => {
    const { fixupAt = 0 } = functionTemplate(kind, architecture);
    const indices = Array.from({ length: plan.functions }, (_, index) => index).filter(
      (index) => kindOf(plan, index) === kind,
    );
    const words = Uint32Array.from(
      indices.flatMap((index) => [index * functionBytes + fixupAt, second(index)]),
    );
    return { address: placer.put(new Uint8Array(words.buffer)), count: indices.length };
  };
  const ofTarget = (index: number) => targetOf(plan, index) * functionBytes;
  const embedder = placer.put(embedderCode(architecture), pageBytes, codeOffset);
  const addresses = BigUint64Array.from({ length: embedderFunctions }, (_, number) =>
    BigInt(embedder + number * functionBytes),
  );
  return {
    absolute: table('absolute', ofTarget),
    relative: table('relative', ofTarget),
    links: table('link', (index) => linkOf(index) * 8),
    embedder: placer.put(new Uint8Array(addresses.buffer)),
    staging,
  };
}

/** The images and their tables. */
export function imageContent(plan: ImagePlan, architecture: Architecture): ContentImage {
  const at = (base: number, staging: number) => {
    const placer = new Placer(base);
    const images = placer.put(sourcesOf(plan, architecture));
    const recordWords = 2 ** recordShift / 8;
    const records = new BigUint64Array(plan.sources * recordWords);
    for (let source = 0; source < plan.sources; source++) {
      const set = (field: keyof typeof recordFields, value: bigint) => {
        records[source * recordWords + recordFields[field] / 8] = value;
      };
      set('image', BigInt(images + source * plan.length));
      set('first', BigInt(firstOf(plan, source) * functionBytes));
      set('expected', expectedOf(plan, source));
    }
    const content: LoadedImage = {
      kind: 'image',
      records: placer.put(new Uint8Array(records.buffer)),
      sources: plan.sources,
      length: plan.length,
      calls: plan.calls,
      stride: plan.stride * functionBytes,
      ...(plan.isChained && { chained: plan.functions }),
      ...(plan.isRelocated && { relocations: relocationsOf(plan, architecture, placer, staging) }),
    };
    return { bytes: placer.finish(base), content };
  };
  // An upper bound: a relocation takes 8 bytes, a record 32, and each part may begin a page later.
  const length = plan.length * plan.sources + plan.functions * 8 + 64 * plan.sources + 4 * pageBytes;
  return { length, staging: plan.isRelocated ? plan.length : 0, at };
}
