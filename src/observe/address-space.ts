import type { Memory } from './memory.ts';

/** A range of an address space that is mapped alike: what the kernel calls a VMA. Bytes. */
export interface View {
  start: number;
  end: number;
  /** PROT_ bits. */
  prot: number;
  isGuarded: boolean;
  /** From the parent process, and not touched since. */
  isInherited: boolean;
  readonly memory: Memory;
  /** Where in the memory the view begins. */
  offset: number;
  readonly space: AddressSpace;
}

/** What a process has mapped, as far as its calls tell. */
export class AddressSpace {
  /** By address. */
  #views: View[] = [];
  /** Threads that live in it. */
  readonly threads = new Set<number>();
  /** Calls that made every thread's instruction stream consistent. */
  barriers = 0;

  get views(): readonly View[] {
    return this.#views;
  }

  /** Adds a view where nothing is mapped. */
  add(view: View): void {
    this.#views.splice(this.#firstAfter(view.start), 0, view);
    view.memory.attach(view);
  }

  /** What is mapped at an address. */
  at(address: number): View | undefined {
    const view = this.#views[this.#firstAfter(address) - 1];
    return view !== undefined && view.end > address ? view : undefined;
  }

  /** The views in a range, cut at its ends so that none reaches beyond it. */
  within(start: number, end: number): View[] {
    this.#cut(start);
    this.#cut(end);
    const first = this.#firstAfter(start - 1);
    let last = first;
    while ((this.#views[last]?.start ?? Number.POSITIVE_INFINITY) < end) last++;
    return this.#views.slice(first, last);
  }

  /** Takes views away that `within` has given. */
  remove(views: readonly View[]): void {
    const [first] = views;
    if (first === undefined) return;
    const index = this.#firstAfter(first.start - 1);
    for (const gone of this.#views.splice(index, views.length)) gone.memory.detach(gone);
  }

  /** Joins neighbours that are alike again, so that a program that flips pages leaves few views. */
  join(start: number, end: number): void {
    let index = Math.max(0, this.#firstAfter(start - 1) - 1);
    for (;;) {
      const [view, next] = [this.#views[index], this.#views[index + 1]];
      if (view === undefined || next === undefined || view.start > end) return;
      if (!areAlike(view, next)) {
        index++;
        continue;
      }
      view.end = next.end;
      next.memory.detach(next);
      this.#views.splice(index + 1, 1);
    }
  }

  #cut(at: number): void {
    const index = this.#firstAfter(at - 1) - 1;
    const view = this.#views[index];
    if (view === undefined || view.start >= at || view.end <= at) return;
    const rest: View = { ...view, start: at, offset: view.offset + (at - view.start) };
    view.end = at;
    this.#views.splice(index + 1, 0, rest);
    view.memory.attach(rest);
  }

  /** The index of the first view that begins behind an address. */
  #firstAfter(address: number): number {
    let [low, high] = [0, this.#views.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#views[middle]?.start ?? 0) > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function areAlike(a: View, b: View): boolean {
  return (
    a.end === b.start &&
    a.memory === b.memory &&
    a.prot === b.prot &&
    a.isGuarded === b.isGuarded &&
    a.isInherited === b.isInherited &&
    a.offset + (a.end - a.start) === b.offset
  );
}
