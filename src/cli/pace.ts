/** What longer work may take of the time. */
const mostShare = 0.05;

/** How work is paced. Milliseconds. */
export interface PaceOptions {
  /** Work up to this long is done whenever it is asked for. Default 200. */
  readonly short?: number;
  readonly clock?: () => number;
}

/** Does work when it is asked for, unless that would take more than a twentieth of the time. */
export function createPace({
  short = 200,
  clock = () => performance.now(),
}: PaceOptions = {}): (work: () => void) => void {
  let last: { readonly took: number; readonly end: number } | undefined;
  return (work) => {
    const start = clock();
    const isDue = last === undefined || last.took <= short || start - last.end >= last.took / mostShare;
    if (!isDue) return;
    work();
    const end = clock();
    last = { took: end - start, end };
  };
}
