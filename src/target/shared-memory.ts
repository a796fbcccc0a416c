import { MAP, MFD, PROT } from '../system/constants.ts';
import { callLibc, memoryView } from '../system/libc.ts';

/** A part of a shared file as this process sees it. */
export interface SharedPart {
  /** Bytes from the file's begin. */
  readonly offset: number;
  /** In this process. */
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** A file in memory that this process and the stub map. After its disposal nothing of it may be looked at. */
export class SharedFile implements Disposable {
  readonly fd: number;
  #length = 0;
  #isClosed = false;
  readonly #parts: SharedPart[] = [];

  /** `name` is what /proc/<pid>/maps calls it. Throws a RefusalError. */
  constructor(name: string) {
    this.fd = callLibc('memfd_create', name, MFD.MFD_CLOEXEC | MFD.MFD_ALLOW_SEALING);
  }

  get length(): number {
    return this.#length;
  }

  /** Makes the file so many bytes longer, a multiple of the page size, and maps them here. */
  extend(length: number): SharedPart {
    const offset = this.#length;
    callLibc('ftruncate', this.fd, offset + length);
    const prot = PROT.PROT_READ | PROT.PROT_WRITE;
    const address = callLibc('mmap', 0, length, prot, MAP.MAP_SHARED, this.fd, offset);
    const part = { offset, address, bytes: new Uint8Array(memoryView(address, length)) };
    this.#parts.push(part);
    this.#length = offset + length;
    return part;
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { address, bytes } of this.#parts.splice(0)) callLibc('munmap', address, bytes.length);
    callLibc('close', this.fd);
  }
}
