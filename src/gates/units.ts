/** What can follow a number. */
export type Unit = TimeUnit | '%';

type TimeUnit = 'ns' | 'µs' | 'ms' | 's';

/** A number with a unit in nanoseconds; one in % as a share, so that 5% is 0.05. */
export function inBaseUnit(value: number, unit: Unit | undefined): number {
  switch (unit) {
    case undefined:
    case 'ns':
      return value;
    case 'µs':
      return value * 1e3;
    case 'ms':
      return value * 1e6;
    case 's':
      return value * 1e9;
    case '%':
      return value / 100;
  }
}

const spellings = new Map<string, TimeUnit>([
  ['ns', 'ns'],
  ['us', 'µs'],
  // The micro sign and the Greek letter look alike; keyboards have either.
  ['\u00b5s', 'µs'],
  ['\u03bcs', 'µs'],
  ['ms', 'ms'],
  ['s', 's'],
]);

/** The unit of time that is spelled so. */
export function timeUnitOf(text: string): TimeUnit | undefined {
  return spellings.get(text);
}
