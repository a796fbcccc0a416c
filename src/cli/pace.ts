/** Work up to this long is done whenever it is asked for, in milliseconds. */
const short = 200;

/** What longer work may take of the time. */
const mostShare = 0.05;

/** Does work when it is asked for, unless that would take more than a twentieth of the time. `clock` is in milliseconds. */
export function createPace(clock: () => number = () => performance.now()): (work: () => void) => void {
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
