import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { treeOf } from '../../src/profile/tree.ts';
import type { ResultDocument } from '../../src/results/document.ts';
import { loadMatrix } from '../../src/results/matrix-file.ts';
import { naive } from '../profile/example.ts';
import { documentOf, host, measured, notMeasured } from '../results/sample-document.ts';
import {
  article,
  catalogue,
  largeDocument,
  latencyDocument,
  seven,
  sizesDocument,
  slowed,
  threadsDocument,
} from './documents.ts';
import { pageOf, sectionOf, sectionsOf } from './request.ts';

const policyMatrix = loadMatrix(
  join(import.meta.dirname, '../../results/policies/epyc-firecracker-6.18-2026-11.json'),
);

const gates = [
  { text: 'memfd < 0.2 * reuse', outcome: 'holds', evidence: 'memfd 400 ns against 680 ns' },
  { text: 'naive < 1 us', outcome: 'fails', evidence: 'naive 9.9 µs against 1 µs' },
] as const;

test('every section is there where its data exist, and in the table of contents', () => {
  const always = ['summary', 'time', 'distribution', 'drift', 'hosts'];
  const expected = new Map<string, [page: string, ids: string[]]>([
    ['of points alone', [pageOf([article]), ['summary', 'time', 'hosts']]],
    ['with phases', [pageOf([catalogue]), [...always.slice(0, 4), 'phases', 'window', 'hosts']]],
    [
      'with gates',
      [pageOf([seven], { gates }), ['summary', 'gates', ...sectionsOf(pageOf([seven])).slice(1)]],
    ],
    ['of sizes', [pageOf([sizesDocument()]), [...always.slice(0, 4), 'sizes', 'hosts']]],
    ['of threads', [pageOf([threadsDocument()]), [...always.slice(0, 4), 'threads', 'hosts']]],
    ['of latencies', [pageOf([latencyDocument()]), [...always.slice(0, 4), 'latency', 'hosts']]],
    ['with a policy matrix', [pageOf([article], { policyMatrix }), ['summary', 'time', 'policies', 'hosts']]],
    ['of nothing', [pageOf([documentOf([])]), ['summary', 'hosts']]],
  ]);
  for (const [what, [page, ids]] of expected) {
    assert.deepEqual(sectionsOf(page), ids, what);
    const links = [...page.matchAll(/<li><a href="#([^"]+)">/g)].map(([, id]) => id);
    assert.deepEqual(links, ids, what);
  }
});

test('two documents are compared with verdicts, and what differs between them is said', () => {
  const now = slowed({ ...seven, host: { ...seven.host, kernel: '7.0.0' } }, { reuse: 0.3, memfd: -0.2 });
  const comparison = sectionOf(pageOf([seven, now], { compare: {} }), 'comparison');
  assert.match(comparison, /The documents differ in kernel: 6\.18\.44-fc-v769 against 7\.0\.0</);
  assert.match(
    comparison,
    /<th scope="row" class="left">reuse<\/th>.*\+30\.00%.*<span class="bad" title="[^"]*">slower</,
  );
  assert.match(
    comparison,
    /<th scope="row" class="left">memfd<\/th>.*-20\.00%.*<span class="good" title="[^"]*">faster</,
  );
  assert.match(
    comparison,
    /<th scope="row" class="left">naive<\/th>.*title="No change larger than [\d.]+ %\.">unchanged</,
  );
});

test('a case that got slower with its reference is not called slower alone', () => {
  const now = slowed(seven, { reuse: 0.3, rwx: 0.3 });
  const comparison = sectionOf(pageOf([seven, now]), 'comparison');
  assert.match(comparison, /<th scope="row" class="left">reuse<\/th>.*slower, as is the reference</);
});

test('documents that share no case say so', () => {
  const comparison = sectionOf(pageOf([seven, documentOf([measured('mine', [1, 2, 3])])]), 'comparison');
  assert.match(comparison, /share no case that can be compared/);
  assert.match(comparison, /not compared: mine\/pages=4: not in the older document/);
});

test('many documents are a column each, with changes against the first', () => {
  const page = pageOf([seven, slowed(seven, { reuse: 0.3 }), slowed(seven, { reuse: 0.5, memfd: -0.2 })]);
  const comparison = sectionOf(page, 'comparison');
  assert.match(comparison, /reuse<\/th>.*class="bad">\+30\.00%\*<.*class="bad">\+50\.00%\*</);
  assert.match(comparison, /memfd<\/th>.*class="good">-20\.00%\*</);
  assert.match(page, /Shows <strong>c<\/strong>, compared with a, b\./);
});

test('the summary has settings that differ, remarks, and why something was not measured', () => {
  const document = documentOf(
    [
      measured('rwx', [90, 100, 110], { pages: 1, id: 'rwx/pages=1', wx: 'rwx' }),
      measured('rwx', [190, 200, 210], { pages: 4, id: 'rwx/pages=4', wx: 'rwx' }),
      measured('memfd', [95, 101, 120], { pages: 1, id: 'memfd/pages=1', wx: 'dual' }),
      notMeasured('hugetlb', 'unavailable', 'the pool is empty'),
      notMeasured('reuse', 'failed', 'killed by SIGSEGV'),
    ],
    { interrupted: true },
  );
  const summary = sectionOf(pageOf([document]), 'summary');
  assert.match(summary, /<button type="button">pages<\/button>/);
  assert.match(summary, /not significantly different from rwx\/pages=1: memfd\/pages=1/);
  assert.match(summary, /hugetlb\/pages=4<\/th>.*unavailable.*the pool is empty/);
  assert.match(summary, /reuse\/pages=4<\/th>.*class="bad">failed.*killed by SIGSEGV/);
  assert.match(summary, /interrupted: the estimates are from 2 forks, of 2 planned/);
});

test('drift is remarked where it is more than chance', () => {
  const drift = sectionOf(pageOf([largeDocument(11, 20, 10)]), 'drift');
  assert.match(drift, /<strong>strategy_0<\/strong>: rose by \d+ % from the first fork to the last/);
  assert.match(drift, /<strong>strategy_10<\/strong>: rose/);
  assert.doesNotMatch(drift, /<strong>strategy_5<\/strong>/);
  assert.match(sectionOf(pageOf([seven]), 'drift'), /No case drifts by more than chance would/);
});

test('sizes have their models and where they cross', () => {
  const sizes = sectionOf(pageOf([sizesDocument()]), 'sizes');
  assert.match(sizes, /paged is faster up to about 3\d pages, fixed beyond/);
  assert.equal(sizes.match(/class="crossing"/g)?.length, 2, 'once a size of the chart');
});

test('throughput is of all threads together', () => {
  const threads = sectionOf(pageOf([threadsDocument()]), 'threads');
  assert.match(threads, /scales<\/th><td class="right">8<\/td>.*1[56]\.\d+ million\/s<.*>(9\d|10\d) %</);
  assert.match(threads, /waits<\/th><td class="right">8<\/td>.*[23]\.\d+ million\/s<.*>(18|19|20) %</);
});

test('what processes get done has a section of its own, as threads have', () => {
  const document = threadsDocument();
  const cases = document.cases.map((each) => ({
    ...each,
    id: each.id.replace('threads=', 'processes='),
    threads: 1,
    processes: each.threads,
    background: undefined,
  }));
  const page = pageOf([{ ...document, cases } as ResultDocument]);
  assert.ok(!sectionsOf(page).includes('threads'));
  const processes = sectionOf(page, 'processes');
  assert.match(processes, /Process scaling/);
  assert.match(processes, /waits<\/th><td class="right">8<\/td>.*[23]\.\d+ million\/s<.*>(18|19|20) %</);
});

test('facts that differ between documents stand out', () => {
  const other: ResultDocument = { ...seven, host: { ...seven.host, kernel: '5.15.0' } };
  const hosts = sectionOf(pageOf([other, seven]), 'hosts');
  assert.match(hosts, /kernel<\/th>.*<strong>5\.15\.0<\/strong>.*<strong>6\.18\.44-fc-v769<\/strong>/);
  assert.doesNotMatch(hosts, /<strong>x64/);
});

test('samples and estimates of 0 leave a page standing', () => {
  const zero = measured('zero', [0, 0, 0]);
  const some = { ...measured('some', [1, 2, 3]), forks: [...zero.forks, ...measured('x', [1, 2, 3]).forks] };
  for (const document of [documentOf([zero]), documentOf([zero, some])]) {
    const page = pageOf([document]);
    assert.doesNotMatch(page.slice(page.indexOf('<body>')), /NaN|Infinity|undefined/);
  }
});

/** Text that would break out of wherever it is put, if it could. */
const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(2)>\u0000\u001b[31m&amp;\u202e`;

test('text from documents is escaped wherever it is shown', () => {
  const [model] = catalogue.cases;
  const phases = model?.status === 'measured' ? model.phases : undefined;
  const bad = (id: string) =>
    measured(hostile, [10, 20, 30], {
      id: `${hostile}${id}`,
      workload: hostile,
      layout: `${hostile}${id}`,
      engine: hostile,
      latency: { forks: 1, reading: 1, counts: [[10, 3]] },
      ...(phases && {
        phases: { ...phases, steps: phases.steps.map((step) => ({ ...step, name: hostile, text: hostile })) },
      }),
    });
  const document = documentOf([bad('1'), bad('2'), notMeasured(hostile, 'failed', hostile)], {
    host: { ...host, cpu: hostile, kernel: hostile, notes: hostile, hostname: hostile },
    options: { layout: hostile, parameters: { [hostile]: hostile } },
    tool: { name: hostile, version: hostile },
  });
  const pages = [[document], [document, document], [document, document, document]].map((documents) =>
    pageOf(documents, { title: hostile, gates: [{ text: hostile, outcome: 'fails', evidence: hostile }] }),
  );
  for (const page of pages) {
    for (const raw of ['<script>alert', '<img', '\u0000', '\u001b']) assert.ok(!page.includes(raw), raw);
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.match(page, /&lt;script&gt;alert\(1\)/);
  }
});

test('a large document is a page of less than 3 MB', () => {
  const bytes = Buffer.byteLength(pageOf([largeDocument()]));
  assert.ok(bytes < 3_000_000, `${bytes} bytes`);
});

test('the same documents give the same page', () => {
  assert.equal(pageOf([seven]), pageOf([seven]));
});

test('recorded runs are trends of the cases that are shown, with what changed', () => {
  const history = Array.from({ length: 12 }, (_, run) => {
    const later = slowed(seven, { reuse: (run < 6 ? 0 : 0.5) + run / 1000 });
    return { ...later, createdAt: `2026-11-${String(run + 1).padStart(2, '0')}T00:00:00.000Z` };
  });
  const page = pageOf([seven], { history });
  assert.ok(sectionsOf(page).includes('trends'));
  const section = sectionOf(page, 'trends');
  // Each case of a run is a dot in both sizes of the chart.
  const dots = [...section.matchAll(/<g[^>]* class="run"[^>]*>(.*?)<\/svg>/gs)].map(([, part]) => part);
  assert.deepEqual(
    dots.map((part) => part?.match(/<title>2026-11-/g)?.length),
    [12 * 7, 12 * 7],
  );
  assert.equal(section.match(/2026-11-07 00:00: \+5\d\.?\d* % \(p &lt; 0\.01\)/g)?.length, 1);
  const elsewhere = history.map((each) => ({ ...each, host: { ...each.host, cpu: 'another' } }));
  assert.ok(!sectionsOf(pageOf([seven], { history: elsewhere })).includes('trends'));
});

test('profiles are sections of their own', () => {
  const flames = [{ title: 'Flame graph: naive', tree: treeOf(naive), notes: [] }];
  const page = pageOf([seven], { flames });
  assert.ok(sectionsOf(page).includes('flame-1'));
  assert.match(sectionOf(page, 'flame-1'), /exc_page_fault/);
});
