import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { callMapbench } from '../../support/in-process.ts';
import type { Target } from './target.ts';

/**
 * What a configuration may hold, as JavaScript: nothing that only a slip of mapbench's would print, for
 * messages quote it.
 */
const value = fc.oneof(
  fc.constantFrom(
    'null',

    '0',
    '-1',
    '1e309',

    '""',
    '"x"',
    '[]',
    '{}',
    '() => 1',
    'Symbol()',
    '1n',
  ),
  fc.constantFrom('new Date()', 'Object.create(null)', 'new Proxy({}, {})', 'circular', '[[]]'),
  fc.constantFrom(
    '["memfd < 1"]',
    '["memfd <"]',
    '[1]',
    '{ forks: 1e9 }',
    '{ time: "x" }',
    '{ __proto__: 1 }',
  ),
  fc.constantFrom(
    '{ get forks() { throw 1 } }',
    '{ pages: circular }',
    '["\\u001b[31m"]',
    '{ "\\n": 1 }',
    'big',
  ),
  fc.constantFrom(
    '{ strategy: ["nope"] }',
    '{ toString: null }',
    '[{ name: "a" }]',
    '[null]',
    'new Array(1e5)',
  ),
);
const key = fc.constantFrom(
  'strategies',
  'defaults',
  'gates',
  'gate',
  '__proto__',
  '"\\u001b"',
  'then',
  'toString',
);

const whole = fc
  .array(fc.tuple(key, value), { maxLength: 3 })
  .map((pairs) => `export default { ${pairs.map(([name, text]) => `${name}: ${text}`).join(', ')} };`);

const other = fc.oneof(
  value.map((text) => `export default ${text};`),
  value.map((text) => `throw ${text};`),
  value.map((text) => `export default await ${text};`),
  value.map((text) => `export const strategies = ${text};`),
  fc.constantFrom(
    '',
    'export default',
    'import "./nope.mjs"; export default {};',
    'import x from "nope";',
    '\0',
  ),
  fc.constantFrom(
    'export default { get gates() { throw new Error("a\\nb") } };',
    'throw new Error("\\u001b[2J")',
  ),
  fc.constantFrom('throw Object.create(null);', 'throw { toString() { throw 1 } };'),
  fc.constantFrom(
    '(function f() { f() })();',
    '(() => { throw new AggregateError([]) })();',
    'let a; let a;',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

const prelude = "const circular = {}; circular.self = circular; const big = 'x'.repeat(1e5);\n";

/** Configurations that throw, are of other shapes, or are no programs. */
export const configurations: Target<{ text: string; ending: string }> = {
  name: 'configurations',
  mayFail: false,
  inputs: fc.record({ text: fc.oneof(whole, other), ending: fc.constantFrom('mjs', 'ts', 'js', 'mts') }),
  async attempt({ text, ending }) {
    const file = `fuzzed-config.${ending}`;
    writeFileSync(file, prelude + text);
    return [await callMapbench(['--config', file, 'run', '-s', 'memfd'])];
  },
};
