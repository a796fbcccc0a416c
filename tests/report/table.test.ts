import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { renderRun } from '../../src/report/terminal/table.ts';
import type { MeasuredCase, ResultDocument } from '../../src/results/document.ts';
import { loadDocument } from '../../src/results/file.ts';
import { documentOf, host, measured, notMeasured } from '../results/sample-document.ts';

const articlePath = fileURLToPath(new URL('../../results/article-2022.json', import.meta.url));

const faults = (minorFaultsPerIteration: number): Partial<MeasuredCase> => ({
  counters: { minorFaultsPerIteration, majorFaultsPerIteration: 0 },
});

const poolIsEmpty =
  'mmap: ENOMEM (cannot allocate memory) in step 1: the huge page pool is empty; echo 8 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages';

/** The article's seven, as they may come out. */
const seven = documentOf([
  measured('naive', [4712.3, 4850.1, 5034.9], faults(4)),
  measured('reuse', [3012, 3202, 4100]),
  measured('reuse_lock', [2901, 3100, 3333]),
  measured('rwx', [96.2, 98.13, 148], { wx: 'rwx' }),
  notMeasured('hugetlb', 'unavailable', poolIsEmpty),
  measured('reuse_shared', [1201, 1288, 1399]),
  measured('memfd', [97.31, 101.2, 117.5], { wx: 'dual' }),
]);

/** The same at several module sizes. */
const sizes: ResultDocument = {
  ...seven,
  cases: seven.cases.flatMap((each) =>
    [1, 16].map((pages) => ({ ...each, pages, id: `${each.strategy}/pages=${pages}` })),
  ),
};

const plain = (document: ResultDocument, width = 80) => renderRun(document, { color: false, width });
const tableOf = (text: string) =>
  text.split('\n\n').find((paragraph) => paragraph.startsWith('strategy')) ?? '';

test('seven strategies at 80 columns', () => {
  assert.equal(
    plain(seven),
    `Intel(R) Xeon(R) Processor, 2 CPUs, Linux 6.18.44, virtualised (Firecracker),
4 pages of 4 KiB, native engine, guarded layout, 2 forks, 95 % intervals

strategy                    time/iteration  relative  faults/iter  W^X
───────────────────────────────────────────────────────────────────────
naive         [4.712 µs 4.850 µs 5.035 µs]     49.4x         4.00  flip
reuse         [3.012 µs 3.202 µs 4.100 µs]     32.6x         0.00  flip
reuse_lock    [2.901 µs 3.100 µs 3.333 µs]     31.6x         0.00  flip
rwx           [96.20 ns 98.13 ns 148.0 ns]     1.00x         0.00  rwx
reuse_shared  [1.201 µs 1.288 µs 1.399 µs]     13.1x         0.00  flip
memfd         [97.31 ns 101.2 ns 117.5 ns]     1.03x         0.00  dual

not significantly different from rwx: memfd
wide intervals: reuse ±17 %, reuse_lock ±7.0 %, rwx ±26 %, reuse_shared ±7.7 %,
  memfd ±10 %, because samples differ; a longer --time, or --forks 56, would
  make it about ±5.0 %
hugetlb: unavailable: mmap: ENOMEM (cannot allocate memory) in step 1: the huge
  page pool is empty; echo 8 >
  /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages`,
  );
});

test('at 60 columns units and heads are shorter', () => {
  assert.equal(
    tableOf(plain(seven, 60)),
    `strategy              time/iteration  relative  faults  W^X
────────────────────────────────────────────────────────────
naive         [4.712 4.850 5.035] µs     49.4x    4.00  flip
reuse         [3.012 3.202 4.100] µs     32.6x    0.00  flip
reuse_lock    [2.901 3.100 3.333] µs     31.6x    0.00  flip
rwx           [96.20 98.13 148.0] ns     1.00x    0.00  rwx
reuse_shared  [1.201 1.288 1.399] µs     13.1x    0.00  flip
memfd         [97.31 101.2 117.5] ns     1.03x    0.00  dual`,
  );
});

test('at 40 columns the estimates are left', () => {
  const [head, , naive] = tableOf(plain(seven, 40)).split('\n');
  assert.equal(head, 'strategy      time/iteration  relative');
  assert.equal(naive, 'naive               4.850 µs     49.4x');
});

for (const width of [40, 60, 80, 120]) {
  test(`no line is wider than ${width} columns, with colour or without`, () => {
    const article = loadDocument(articlePath);
    for (const document of [seven, sizes, article, { ...sizes, interrupted: true }]) {
      for (const color of [false, true]) {
        for (const line of stripVTControlCharacters(renderRun(document, { color, width })).split('\n')) {
          assert.ok(line.length <= width, `${line.length}: ${line}`);
          assert.equal(line, line.trimEnd());
        }
      }
    }
  });
}

test('colour adds nothing but escape sequences, and plain text has none', () => {
  const colored = renderRun(seven, { color: true, width: 80 });
  assert.ok(!plain(seven).includes('\u001b'));
  assert.equal(stripVTControlCharacters(colored), plain(seven));
  assert.ok(
    colored.includes('\u001b[2m[97.31 ns\u001b[22m \u001b[1m101.2 ns\u001b[22m \u001b[2m117.5 ns]\u001b[22m'),
  );
  const untied = { ...seven, cases: seven.cases.filter(({ strategy }) => strategy !== 'memfd') };
  assert.ok(renderRun(untied, { color: true, width: 80 }).includes('\u001b[32mfastest\u001b[39m'));
  assert.ok(colored.includes('hugetlb: \u001b[33munavailable\u001b[39m: mmap'));
});

test('escape sequences in a document do not reach the terminal', () => {
  const document = documentOf(
    [notMeasured('reuse', 'failed', '\u001b[31mError\u001b[39m: \u009bK\nbroken')],
    {
      host: { ...host, cpu: '\u001b]0;title\u0007CPU' },
    },
  );
  assert.match(plain(document), /^CPU, 2 CPUs,.*\n\nreuse: failed: Error: broken$/s);
});

test('several module sizes: a column more, and relative within a size', () => {
  const document = documentOf([
    measured('rwx', [40, 50, 60], { pages: 1 }),
    measured('rwx', [100, 150, 200], { pages: 4 }),
    measured('memfd', [50, 75, 80], { pages: 1 }),
    measured('memfd', [120, 140, 160], { pages: 4 }),
  ]);
  assert.equal(
    tableOf(plain(document)),
    `strategy  pages                time/iteration  relative  faults/iter  W^X
──────────────────────────────────────────────────────────────────────────
rwx           1  [40.00 ns 50.00 ns 60.00 ns]     1.00x         0.00  flip
rwx           4  [100.0 ns 150.0 ns 200.0 ns]     1.07x         0.00  flip
memfd         1  [50.00 ns 75.00 ns 80.00 ns]     1.50x         0.00  flip
memfd         4  [120.0 ns 140.0 ns 160.0 ns]     1.00x         0.00  flip`,
  );
  assert.match(plain(document), /^pages of 4 KiB, /m);
  assert.match(plain(sizes), /^hugetlb\/pages=1: unavailable: mmap/m);
});

test('engine and layout are columns where they differ', () => {
  const document = documentOf([
    measured('rwx', [40, 50, 60], { engine: 'native', layout: 'kernel' }),
    measured('rwx', [240, 250, 260], { engine: 'ffi', layout: 'kernel' }),
  ]);
  const [head, , , ffi] = tableOf(plain(document)).split('\n');
  assert.match(head ?? '', /^strategy {2}engine {2}/);
  assert.match(ffi ?? '', /^rwx {7}ffi .* 5\.00x /);
  assert.match(plain(document), /, kernel layout, /);
});

test("the article's points stand without an interval", () => {
  const text = plain(loadDocument(articlePath));
  assert.match(text, /^AMD Ryzen 1700, Linux 5\.15, no hypervisor known, criterion engine, kernel layout\n/);
  assert.match(text, /^naive {15}4\.600 µs {5}46\.0x {2}flip$/m);
  assert.doesNotMatch(text, /faults|\[|% intervals|null/);
});

test('a case alone has nothing to be relative to', () => {
  const [head, , row] = tableOf(plain(documentOf([measured('memfd', [97.31, 101.2, 117.5])]))).split('\n');
  assert.equal(head, 'strategy                time/iteration  faults/iter  W^X');
  assert.equal(row, 'memfd     [97.31 ns 101.2 ns 117.5 ns]         0.00  flip');
});

test('without anything measured there is no table', () => {
  const document = documentOf([
    notMeasured('reuse_lock', 'unavailable', 'no memory may be locked'),
    notMeasured('rwx', 'failed', 'killed by SIGSEGV (signal 11)'),
  ]);
  assert.equal(
    plain(document),
    `Intel(R) Xeon(R) Processor, 2 CPUs, Linux 6.18.44, virtualised (Firecracker),
4 pages of 4 KiB, native engine, guarded layout

reuse_lock: unavailable: no memory may be locked
rwx: failed: killed by SIGSEGV (signal 11)`,
  );
});

test('an interrupted run says so, and from how many forks it speaks', () => {
  const { forks } = measured('rwx', [1, 2, 3]);
  const document = documentOf(
    [measured('rwx', [90, 95, 99]), measured('memfd', [90, 95, 99], { forks: forks.slice(1) })],
    { interrupted: true, options: { forks: 5 } },
  );
  assert.match(plain(document), /\ninterrupted: the estimates are from 1-2 forks, of 5 planned$/);
  const nothing = documentOf([], { interrupted: true });
  assert.match(plain(nothing), /\n\ninterrupted: nothing was measured$/);
});

test('cases whose intervals do not reach the fastest one’s differ significantly', () => {
  const text = plain(documentOf([measured('rwx', [40, 50, 60]), measured('memfd', [61, 70, 80])]));
  assert.doesNotMatch(text, /not significantly different/);
});
