import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { renderLineChart, type Series } from '../../src/report/terminal/line-chart.ts';

const draw = (series: readonly Series[], { width = 40, height = 5, color = false } = {}) =>
  renderLineChart(series, { width, height, color, unit: 'ns/iter' });

/** Times at 1, 2, 4, … pages. */
const doubling = (name: string, ...times: number[]): Series => ({
  name,
  points: times.map((time, index) => ({ pages: 2 ** index, time })),
});

const two = [doubling('naive', 1000, 2000, 4000, 8000), doubling('memfd', 100, 200, 400, 8000)];

test('two series with marks of their own, dots between them, and one where they coincide', () => {
  assert.equal(
    draw(two, { height: 9 }),
    `10.00 µs ┤                           ··*
         │                      ·······
         │               ····o··   ··
         │      ····o····         ·
1.000 µs ┤o·····                ··
         │                    ··
         │               ····x
         │      ····x····
100.0 ns ┤x·····
         └┬─────────┬────────┬─────────┬
   pages  1         2        4         8

o naive   x memfd   * more than one`,
  );
});

test('a jump between sizes that lie close; the size without room has no label', () => {
  const points = [
    { pages: 64, time: 450 },
    { pages: 33, time: 400 },
    { pages: 32, time: 150 },
    { pages: 1, time: 100 },
  ];
  assert.equal(
    draw([{ name: 'reuse', points }], { height: 6 }),
    `500.0 ns ┤                           ··o
         │                        o··
         │                        ·
200.0 ns ┤                        ·
         │             ···········o
100.0 ns ┤o············
         └┬───────────────────────┬────┬
   pages  1                       32  64

o reuse`,
  );
});

test('one point stands in the middle', () => {
  assert.equal(
    draw([{ name: 'rwx', points: [{ pages: 4, time: 100 }] }]),
    `200.0 ns ┤
         │
100.0 ns ┤              o
         │
50.00 ns ┤
         └──────────────┬───────────────
   pages                4

o rwx`,
  );
});

test('equal times', () => {
  assert.equal(
    draw([doubling('rwx', 97, 97, 97)], { height: 4 }),
    `100.0 ns ┤o··············o·············o
         │
         │
50.00 ns ┤
         └┬──────────────┬─────────────┬
   pages  1              2             4

o rwx`,
  );
});

test('nothing to draw is no text, and a series without points has no mark', () => {
  assert.equal(draw([]), '');
  assert.equal(draw([{ name: 'rwx', points: [] }]), '');
  const text = draw([{ name: 'hugetlb', points: [] }, doubling('rwx', 10, 20)]);
  assert.match(text, /\n\no rwx$/);
});

test('times and sizes without a logarithm are refused, and so are more series than marks', () => {
  const refused = { name: 'RangeError', message: 'no place on logarithmic scales for 0.000 ns (pages=1)' };
  assert.throws(() => draw([doubling('rwx', 0)]), refused);
  assert.throws(() => draw([{ name: 'rwx', points: [{ pages: 0, time: 1 }] }]), RangeError);
  assert.throws(() => draw([doubling('rwx', Number.NaN)]), RangeError);
  const many = Array.from({ length: 100 }, (_, index) => doubling(`${index}`, 1));
  assert.throws(() => draw(many), { name: 'RangeError', message: /^100 series are more than \d+ marks$/ });
});

test('names are one line that fits and nothing a terminal would obey', () => {
  const text = draw([doubling('a'.repeat(60), 1, 2), doubling('\u001b[31mb\nc', 1, 3)]);
  const legend = text.split('\n\n')[1];
  assert.equal(legend, `o ${'a'.repeat(37)}…\nx b c   * more than one`);
});

test('colour adds nothing but escape sequences, and plain text has none', () => {
  const colored = draw(two, { color: true });
  assert.ok(!draw(two).includes('\u001b'));
  assert.equal(stripVTControlCharacters(colored), draw(two));
  assert.ok(colored.includes('\u001b[36mo\u001b[39m naive   \u001b[35mx\u001b[39m memfd'));
});

const time = fc.double({ min: -2, max: 10, noNaN: true }).map((exponent) => 10 ** exponent);
const points = fc.array(fc.record({ pages: fc.integer({ min: 1, max: 65_536 }), time }), {
  minLength: 1,
  maxLength: 12,
});
const manySeries = fc
  .array(points, { minLength: 1, maxLength: 12 })
  .map((all) => all.map((each, index): Series => ({ name: `series ${index}`, points: each })));
const size = fc.record({ width: fc.integer({ min: 0, max: 200 }), height: fc.integer({ min: 0, max: 40 }) });

test('no line is wider than asked for, 40 columns at least; the plot is as high', () => {
  fc.assert(
    fc.property(manySeries, size, (series, { width, height }) => {
      const text = draw(series, { width, height });
      for (const line of text.split('\n')) {
        assert.ok(line.length <= Math.max(width, 40), `${line.length}: ${line}`);
        assert.equal(line, line.trimEnd());
      }
      const plot = text.split('\n').filter((line) => /[│┤]/.test(line));
      assert.equal(plot.length, Math.max(height, 4));
    }),
  );
});

test('every mark is in the legend, and in the plot or below one that stands for several', () => {
  fc.assert(
    fc.property(manySeries, size, (series, { width, height }) => {
      const [chart = '', legend = ''] = draw(series, { width, height }).split('\n\n');
      const plot = chart.split('\n').flatMap((line) => line.split(/[│┤]/)[1] ?? []);
      const drawn = new Set(plot.join(''));
      const entries = [...legend.matchAll(/(\S) series \d+/g)].map(([, mark]) => mark as string);
      assert.equal(new Set(entries).size, series.length);
      assert.equal(drawn.has('*'), legend.includes('* more than one'));
      for (const mark of entries) assert.ok(drawn.has(mark) || drawn.has('*'), `${mark} is missing`);
      for (const mark of drawn)
        assert.ok([...entries, '*', '·', ' '].includes(mark), `${mark} is not explained`);
    }),
  );
});

test('a slower time is never drawn below a faster one, nor a larger size left of a smaller', () => {
  fc.assert(
    fc.property(fc.tuple(time, time), size, ([a, b], dimensions) => {
      const lines = draw(
        [doubling('first', a), { name: 'second', points: [{ pages: 2, time: b }] }],
        dimensions,
      );
      const plot = lines.split('\n').flatMap((line) => line.split(/[│┤]/)[1] ?? []);
      const rowOf = (mark: string) => plot.findIndex((line) => line.includes(mark));
      assert.ok(Math.sign(rowOf('x') - rowOf('o')) * Math.sign(a - b) >= 0);
      assert.ok((plot[rowOf('o')] ?? '').indexOf('o') < (plot[rowOf('x')] ?? '').indexOf('x'));
    }),
  );
});
