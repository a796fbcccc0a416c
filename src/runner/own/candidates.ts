/** What a user's file exports that is meant to be a strategy, unchecked, and how to tell the user which one. */
export function candidatesIn(exports: Readonly<Record<string, unknown>>): (readonly [unknown, string])[] {
  const { default: main, ...named } = exports;
  const listed: readonly unknown[] =
    main === undefined ? [] : isConfig(main) ? (main.strategies ?? []) : Array.isArray(main) ? main : [main];
  return [
    // Not map(), which passes over the holes of a sparse array.
    ...Array.from(listed, (value, index) => [value, `strategy ${index + 1}`] as const),
    ...Object.entries(named).flatMap(([name, value]) =>
      isMeantAsStrategy(value) ? [[value, name] as const] : [],
    ),
  ];
}

function isConfig(value: unknown): value is { strategies?: readonly unknown[] } {
  const isOne = isObject(value) && !('define' in value);
  return isOne && ['strategies', 'defaults', 'gates'].some((key) => key in value);
}

/** A file may export other things by name: a strategy has at least two of these. */
function isMeantAsStrategy(value: unknown): boolean {
  return isObject(value) && ['name', 'wx', 'needs', 'define'].filter((key) => key in value).length >= 2;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
