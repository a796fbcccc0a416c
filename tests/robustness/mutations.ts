import fc from 'fast-check';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What a field may hold that it should not. */
const odd: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, '', 0, -1, 1, 0.5, 1e308, -1e308, 5e-324, 2 ** 53, [], {}, [[]], [null]),
  fc.constantFrom<Json>(
    'measured',
    'failed',
    'memfd',
    '0x',
    '__proto__',
    '\u001b[2J',
    '\ud800',
    'x'.repeat(3000),
  ),
  fc.constantFrom<Json>('2026-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z', { point: 1 }, 'é\n\u2028'),
  fc.constantFrom(20, 400).map((depth) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as Json),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

const change = fc.record({
  kind: fc.constantFrom('delete', 'replace', 'replace', 'replace', 'twice', 'rename', 'scale'),
  /** Which of the document's places, as a fraction of them. */
  place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  value: odd,
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

const cut = fc.option(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), insert: fc.string() }), {
  freq: 6,
});

/**
 * The texts that come of a document by a few changes of its structure, and now and then one of its
 * characters.
 */
export function mutationsOf(documents: readonly unknown[]): fc.Arbitrary<string> {
  const which = fc.constantFrom(...documents);
  return fc
    .tuple(which, fc.array(change, { minLength: 1, maxLength: 3 }), cut)
    .map(([document, changes, broken]) => {
      const copy = structuredClone(document) as Json;
      for (const each of changes) apply(copy, each);
      const text = JSON.stringify(copy);
      if (broken === null) return text;
      const at = Math.floor(broken.at * text.length);
      return text.slice(0, at) + broken.insert;
    });
}

/** A value in a document, by what holds it. */
interface Place {
  readonly holder: Record<string, Json>;
  readonly key: string;
}

function placesIn(value: Json): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, Json>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key] as Json)]);
}

function apply(document: Json, { kind, place, value }: Change): void {
  const places = placesIn(document);
  const { holder, key } = places[Math.floor(place * places.length)] ?? {};
  if (holder === undefined || key === undefined) return;
  const old = holder[key] as Json;
  if (kind === 'delete') remove(holder, key);
  else if (kind === 'replace') holder[key] = value;
  else if (kind === 'twice' && Array.isArray(holder)) holder.push(old);
  else if (kind === 'scale' && typeof old === 'number') holder[key] = old * 1e9;
  else if (kind === 'rename') {
    remove(holder, key);
    Object.defineProperty(holder, '__proto__', {
      value: old,
      ...{ enumerable: true, configurable: true, writable: true },
    });
  }
}

function remove(holder: Record<string, Json>, key: string): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}
