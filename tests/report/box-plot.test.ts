import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import {
  type BoxRow,
  renderBoxPlot,
  renderComparedPlot,
  renderPlot,
} from '../../src/report/terminal/plots.ts';
import { timeAxisOf } from '../../src/report/terminal/time-axis.ts';
import { loadDocument } from '../../src/results/file.ts';
import { boxOf } from '../../src/statistics/tukey.ts';
import { documentOf, forkOf, measured } from '../results/sample-document.ts';

const row = (name: string, ...samples: number[]): BoxRow => ({
  labels: [name],
  box: boxOf(samples),
  series: 0,
});
const draw = (rows: readonly BoxRow[], width = 60) =>
  renderBoxPlot(rows, { color: false, width, unit: 'ns/iter' });

const near = [
  row('memfd', 100, 105, 110, 112, 114, 116, 120, 130),
  row('rwx', 150, 160, 165, 166, 168, 170, 180, 195, 215),
];

test('times that are near each other have a linear axis', () => {
  assert.equal(
    draw(near),
    `memfd  ├───██│██┤    ∘        ·                     ·
rwx    ·                      ├─────██│█████──────┤ ·      ∘
       ┴──────────────────────┴─────────────────────┴───────
       100 ns              150 ns                200 ns

█ quartiles, │ median, ├ ┤ most extreme samples within 1.5
interquartile ranges, ∘ further out`,
  );
});

test('times that are far from each other have a logarithmic one', () => {
  assert.equal(
    draw([
      row('memfd', 100, 105, 110, 112, 114, 116, 120, 130),
      row('reuse_shared', 2900, 3000, 3050, 3060, 3100, 3150, 3300, 3350, 3400, 4600),
    ]),
    `memfd         ├│█∘               ·       ·       ·
reuse_shared  ·                  ·       ·       ·    │█   •
              ┴──────────────────┴───────┴───────┴──────────
              100 ns          500 ns   1 µs    2 µs

█ quartiles, │ median, ├ ┤ most extreme samples within 1.5
interquartile ranges, ∘ further out, • beyond 3 ranges`,
  );
});

test('an outlier that is far off does not flatten the boxes: it is told', () => {
  const text = draw([row('memfd', 100, 105, 110, 112, 114, 116, 120, 130, 9000)]);
  const [line = '', ...others] = text.split('\n');
  assert.match(line, /^memfd +├─+█+│█+─+┤.*›$/);
  assert.match(others.join(' '), /› above 131\.5 ns, up to 9\.000 µs$/);
  const below = draw([row('memfd', 1, 105, 106, 107, 108, 109, 110)]);
  assert.match(below, /^memfd {2}‹/);
  assert.match(below.split('\n').slice(3).join(' '), /‹ below 104\.8 ns, down to 1\.000 ns$/);
});

test('the legend has the marks that are there', () => {
  assert.doesNotMatch(draw([row('memfd', 100, 105, 110)]), /further|beyond/);
  assert.match(draw([row('memfd', 1, 2, 2, 3, 3, 4, 4, 5, 8)]), /∘ further\s+out$/);
});

test('equal samples are a median on an axis around them', () => {
  const [line = ''] = draw([row('memfd', 100, 100)], 40).split('\n');
  assert.match(line, /^memfd {2}[ ·]+│[ ·]*$/);
  assert.match(draw([row('memfd', 0)], 40), /│/);
});

test('times between which there are no round ones have an axis without ticks', () => {
  assert.match(draw([row('memfd', Number.MIN_VALUE * 5)], 40), /│/);
});

test('long labels lose their middle, and the same case is named once', () => {
  const two = ['old', 'new'].map(
    (name, series): BoxRow => ({
      labels: ['a_strategy_with_a_long_name/pages=4', name],
      box: boxOf([100, 105, 110]),
      series,
    }),
  );
  const [first = '', second = ''] = draw(two, 50).split('\n');
  assert.match(first, /^a_strat…pages=4 {2}old {2}/);
  assert.match(second, /^ {17}new {2}/);
});

test('colour adds nothing but escape sequences', () => {
  const colored = renderBoxPlot(near, { color: true, width: 60, unit: 'ns/iter' });
  assert.notEqual(colored, draw(near));
  assert.equal(stripVTControlCharacters(colored), draw(near));
});

test('without rows there is no plot', () => {
  assert.equal(draw([]), '');
  assert.throws(() => timeAxisOf([], 'ns/iter', 40), RangeError);
});

const anyRows = fc.array(
  fc
    .tuple(
      fc.string({ maxLength: 40 }),
      fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 30 }),
    )
    .map(([name, samples]) => row(name, ...samples)),
  { minLength: 1, maxLength: 10 },
);

test('no line is wider than asked for, every box has its median, and ticks are in order', () => {
  fc.assert(
    fc.property(anyRows, fc.integer({ min: 0, max: 200 }), (rows, width) => {
      const lines = draw(rows, width).split('\n');
      for (const line of lines) assert.ok([...line].length <= Math.max(40, width), line);
      const axis = timeAxisOf(
        rows.map(({ box }) => box),
        'ns/iter',
        60,
      );
      for (const { box } of rows) {
        const column = axis.columnOf(box.median);
        assert.ok(column >= 0 && column < 60);
      }
      const columns = axis.ticks.map(({ column }) => column);
      assert.deepEqual(
        columns,
        columns.toSorted((a, b) => a - b),
      );
    }),
  );
});

test('one time is in the middle, and the least double has a place', () => {
  const axisOf = (time: number) => {
    const { box } = row('memfd', ...Array<number>(10).fill(time));
    return timeAxisOf([box], 'ns/iter', 60).columnOf(time);
  };
  assert.ok([29, 30].includes(axisOf(100)));
  assert.equal(axisOf(Number.MIN_VALUE), 0);
});

test('a margin below the least double is no reason to fail', () => {
  const least = Array<number>(10).fill(Number.MIN_VALUE);
  assert.match(draw([row('memfd', 0, ...least), row('rwx', 1)]), /^memfd +‹/);
});

const slow = (strategy: string, factor: number) =>
  measured(strategy, [90, 100, 110], {
    forks: [
      forkOf([95, 100, 105].map((time) => time * factor)),
      forkOf([98, 101, 107].map((time) => time * factor)),
    ],
  });

test('a run has a row a case, over all forks', () => {
  const { cases } = documentOf([slow('memfd', 1), slow('rwx', 1.1)]);
  const rows = renderPlot(
    cases.filter((each) => each.status === 'measured'),
    { color: false, width: 80 },
  ).split('\n');
  assert.match(rows[0] ?? '', /^memfd {2}├─+█+│█+─+┤/);
  assert.match(rows[1] ?? '', /^rwx {4}.*├─+█+│█+─+┤/);
});

test('compared documents have their boxes one below the other, of cases that two have', () => {
  const documents = [
    { name: 'old', document: documentOf([slow('memfd', 1), slow('rwx', 1)]) },
    { name: 'middle', document: documentOf([slow('memfd', 1.1)]) },
    { name: 'new', document: documentOf([slow('memfd', 1.2), slow('naive', 2)]) },
  ];
  const lines = renderComparedPlot(documents, { color: false, width: 80 }).split('\n');
  assert.deepEqual(
    lines.slice(0, 4).map((line) => line.slice(0, 15)),
    ['memfd  old     ', '       middle  ', '       new     ', ' '.repeat(15)],
  );
  assert.equal(renderComparedPlot(documents.slice(0, 1), { color: false, width: 80 }), '');
});

test('without samples the estimate is drawn, and said to be one', () => {
  const article = loadDocument(fileURLToPath(new URL('../../results/article-2022.json', import.meta.url)));
  const cases = article.cases.filter((each) => each.status === 'measured');
  const text = renderPlot(cases, { color: false, width: 80 });
  assert.match(text, /^naive[ ·]+│/m);
  assert.match(text, /^no samples, so the estimate alone: naive/m);
});
