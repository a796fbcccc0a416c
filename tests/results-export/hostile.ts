import fc from 'fast-check';
import type { CaseResult, Estimate, ForkResult, ResultDocument } from '../../src/results/document.ts';
import type { GateOutcome } from '../../src/results/export/exporter.ts';
import { documentOf, host } from '../results/sample-document.ts';

const markup = [
  ...[',', '"', "'", '\r', '\n', '\r\n', '\t', ' ', '|', '\\', '`', '*', '_', '[', ']', '<', '>', '&', '#'],
  ...[']]>', '<!--', '&amp;', '\0', '\u001b[31m', '\ud800', '\udc00', '\ufffe', '\uffff', '\u2028', '\u0085'],
  ...['/', '..', '.', 'change', '__proto__', '-', '-1', '=', ':', 'Benchmark', 'é', '😀', '日本'],
];

/** Text that looks like the syntax of the formats. */
const hostileText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...markup), fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 8 })
  .map((pieces) => pieces.join(''));

/** Nanoseconds. Drawn as doubles they would nearly all be next to a bound. */
export const time: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 1e7 }).map((picoseconds) => picoseconds / 1e3),
  fc.double({ min: 0, max: 1e9, noNaN: true }),
);

const fork: fc.Arbitrary<ForkResult> = fc.record({
  pid: fc.nat(),
  cpu: fc.nat({ max: 63 }),
  iterationsPerSample: fc.integer({ min: 1, max: 1e6 }),
  samples: fc.array(time, { maxLength: 6 }),
  addresses: fc.constant({}),
});

const estimate: fc.Arbitrary<Estimate> = fc
  .tuple(time, time, time, fc.boolean())
  .map(([a, b, c, hasInterval]) => {
    const [low = 0, point = 0, high = 0] = [a, b, c].sort((x, y) => x - y);
    const unit = 'ns/iter';
    return hasInterval
      ? { unit, low, point, high, confidence: 0.95 }
      : { unit, low: null, point, high: null, confidence: null };
  });

const caseFacts = fc.record({
  id: hostileText,
  strategy: hostileText,
  workload: hostileText,
  pages: fc.option(fc.integer({ min: 1, max: 4096 })),
  pageSize: fc.constantFrom(4096, 65_536),
  threads: fc.integer({ min: 1, max: 64 }),
  layout: hostileText,
  engine: hostileText,
  wx: fc.constantFrom('flip' as const, 'dual' as const, 'rwx' as const),
  forks: fc.array(fork, { maxLength: 3 }),
});

const ending = fc.oneof(
  fc.record({ status: fc.constant('measured' as const), estimate }),
  fc.record({ status: fc.constantFrom('unavailable' as const, 'failed' as const), reason: hostileText }),
);

/** Ids are as `run` makes them, or anything; the same text is likely to come twice. */
const anyCase: fc.Arbitrary<CaseResult> = fc
  .tuple(caseFacts, ending, hostileText, fc.boolean())
  .map(([facts, end, settings, isUsual]) => ({
    ...facts,
    ...end,
    ...(isUsual && { id: `${facts.strategy}/${settings}` }),
  }));

/** Documents of the schema, with hostile text wherever there can be text. */
export const hostileDocument: fc.Arbitrary<ResultDocument> = fc
  .tuple(fc.array(anyCase, { maxLength: 4 }), hostileText, fc.boolean())
  .map(([cases, text, twice]) =>
    documentOf(twice ? [...cases, ...cases] : cases, {
      host: { ...host, cpu: text, kernel: text, architecture: text, virtualisation: text, hostname: text },
    }),
  );

export const hostileGates: fc.Arbitrary<GateOutcome[]> = fc.array(
  fc.record({
    name: hostileText,
    outcome: fc.constantFrom('holds' as const, 'fails' as const, 'undecided' as const),
    evidence: hostileText,
  }),
  { maxLength: 3 },
);
