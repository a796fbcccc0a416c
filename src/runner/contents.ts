import { pageSize } from '../system/memory.ts';
import type { Architecture } from '../system/syscalls.ts';
import type { MeasuredProcess } from '../target/measured-process.ts';
import { addresses } from '../target/protocol.ts';
import { SharedFile } from '../target/shared-memory.ts';
import type { Content } from '../workloads/content.ts';
import { contentOf } from '../workloads/load.ts';
import { workloadOf } from './bench.ts';
import type { Case } from './plan.ts';

/** Bytes of contents that are kept from one fork to the next. */
const keptBytes = 256 * 1024 * 1024;

/** Bytes of address space between the contents of two cases of one process. */
const contentStride = 2 ** 32;

/** What cases load, kept from one fork to the next. Disposing it gives all of it back. */
export class KeptContents implements Disposable {
  /** The one that was used last at the end. */
  readonly #kept = new Map<string, KeptContent>();

  [Symbol.dispose](): void {
    for (const { file } of this.#kept.values()) file?.[Symbol.dispose]();
    this.#kept.clear();
  }

  /** What a case loads; `index` is its place among the job's cases. */
  of(wanted: Case, index: number, architecture: Architecture): KeptContent {
    const bytes = wanted.pages * wanted.pageSize;
    const key = `${index} ${wanted.workload} ${JSON.stringify(wanted.parameters)} ${bytes}`;
    const kept = this.#kept.get(key) ?? buildContent(wanted, bytes, index, architecture);
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    this.#forgetOld();
    return kept;
  }

  #forgetOld(): void {
    const total = () =>
      [...this.#kept.values()].reduce((sum, { file }) => sum + (file?.bytes.length ?? 0), 0);
    // The two that were used last may be in use.
    while (this.#kept.size > 2 && total() > keptBytes) {
      const [oldest] = this.#kept;
      if (oldest === undefined) return;
      oldest[1].file?.[Symbol.dispose]();
      this.#kept.delete(oldest[0]);
    }
  }
}

/** What a case loads, as all of its forks see it. */
export interface KeptContent {
  /** Absent where it takes no memory. */
  readonly file?: ContentFile;
  readonly address: number;
  readonly content: Content;
  /** Bytes to be written that each process needs for itself. */
  readonly staging: number;
}

function buildContent(wanted: Case, bytes: number, index: number, architecture: Architecture): KeptContent {
  const { length, staging, at } = contentOf(workloadOf(wanted), bytes, architecture);
  const address = addresses.content + index * contentStride;
  const { bytes: image, content } = at(address, 0);
  if (length === 0) return { address, content, staging };
  return { file: new ContentFile(image), address, content, staging };
}

/** The bytes of a content, and once a process of this machine needs it the file that all of those map. */
class ContentFile implements Disposable {
  #bytes: Uint8Array;
  #shared: SharedFile | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  shared(): SharedFile {
    if (this.#shared === undefined) {
      const { length } = this.#bytes;
      this.#shared = new SharedFile('mapbench-content');
      const { bytes } = this.#shared.extend(Math.ceil(length / pageSize()) * pageSize());
      bytes.set(this.#bytes);
      // Kept once.
      this.#bytes = bytes.subarray(0, length);
    }
    return this.#shared;
  }

  [Symbol.dispose](): void {
    this.#shared?.[Symbol.dispose]();
    this.#shared = undefined;
  }
}

/** Content for one process, which writes to memory of its own. */
export function withStaging(target: MeasuredProcess, { content, staging }: KeptContent): Content {
  if (staging === 0 || content.kind !== 'image' || content.relocations === undefined) return content;
  const region = target.allocate(staging);
  return { ...content, relocations: { ...content.relocations, staging: region.address } };
}
