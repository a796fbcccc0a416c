import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { advise, type Candidate } from '../../src/advice/advise.ts';
import { type Constraints, unconstrained } from '../../src/advice/constraints.ts';
import { rowsFor } from '../../src/advice/rows.ts';
import { sketchInC } from '../../src/advice/sketch.ts';
import type { MeasuredCase } from '../../src/results/document.ts';
import { loadDocument } from '../../src/results/file.ts';
import { parseMatrix } from '../../src/results/matrix.ts';
import { catalogue, findStrategy } from '../../src/strategies/catalogue.ts';
import { factsOf } from '../../src/strategies/facts.ts';
import { programOf } from '../../src/strategies/strategy.ts';

const results = join(import.meta.dirname, '../../results');
const recorded = (name: string) => {
  const file = `xeon-firecracker-6.18-2026-11-${name}.json`;
  return { name: file, document: loadDocument(join(results, file)) };
};
const [whole, patch, threads, large] = ['catalogue', 'patch', 'threads', '2M'].map(recorded);
const documents = [whole, patch, threads, large].flatMap((each) => each ?? []);
const matrixFile = join(results, 'policies/epyc-firecracker-6.18-2026-11.json');
const matrix = parseMatrix(readFileSync(matrixFile, 'utf8'), matrixFile);

/** Strategies that the recorded matrix has as not running under a policy. */
function refusedUnder(policy: string): Map<string, string | undefined> {
  return new Map(
    matrix.rows.flatMap(({ strategy, cells }) => {
      const cell = cells.find((each) => each.policy === policy);
      return cell?.status === 'runs' ? [] : [[strategy, cell?.reason] as const];
    }),
  );
}

function candidatesFor(constraints: Constraints, from = documents): Candidate[] {
  return rowsFor(from, constraints).rows.flatMap((row): Candidate[] => {
    const strategy = findStrategy(row.case.strategy);
    if (strategy === undefined) return [];
    const { pages, pageSize } = row.case;
    return [{ ...row, facts: factsOf(strategy, { pages: pages ?? 4, pageSize }) }];
  });
}

function adviceFor(asked: Partial<Constraints>, from = documents) {
  const constraints: Constraints = { ...unconstrained, workload: 'ret', ...asked };
  const refused = constraints.policy === undefined ? new Map() : refusedUnder(constraints.policy);
  return advise(candidatesFor(constraints, from), constraints, { refused });
}

/**
 * Constraint sets with the answers that the recorded rows give by hand: see docs/strategies.md and
 * docs/threads.md.
 */
const known: readonly {
  readonly about: string;
  readonly asked: Partial<Constraints>;
  readonly choice: string;
  /** What it must cost against no demand, if anything. */
  readonly atLeast?: number;
}[] = [
  { about: 'nothing asked for: a dual mapping, as fast as RWX', asked: {}, choice: 'memfd' },
  {
    about: 'strict W^X on one thread: pwrite, which needs no flip',
    asked: { wx: 'strict', threads: 1 },
    choice: 'memfd_pwrite',
    atLeast: 3,
  },
  { about: 'MDWE: dual mappings live', asked: { policy: 'mdwe' }, choice: 'memfd' },
  {
    about: 'MDWE and strict W^X: nothing flips, nothing is dual',
    asked: { policy: 'mdwe', wx: 'strict' },
    choice: 'memfd_pwrite',
  },
  {
    about: 'no memfd and noexec /dev/shm: a doubled shared mapping',
    asked: { memfd: false, policy: 'noexec-shm' },
    choice: 'mremap_dup',
  },
  {
    about: 'the same with strict W^X: /proc/self/mem',
    asked: { memfd: false, policy: 'noexec-shm', wx: 'strict' },
    choice: 'procmem',
  },
  {
    about: 'one 8-byte patch at a time into 1 MiB of resident code, strict W^X: pwrite, not flips',
    asked: { workload: 'patch', moduleSize: 2 ** 20, wx: 'strict' },
    choice: 'memfd_pwrite',
    atLeast: 2,
  },
  {
    about: 'one 8-byte patch at a time into 1 MiB of resident code: a dual mapping',
    asked: { workload: 'patch', moduleSize: 2 ** 20 },
    choice: 'memfd',
  },
  {
    about: "Docker's filter: nothing but userfaultfd is lost",
    asked: { policy: 'seccomp=docker' },
    choice: 'memfd',
  },
];

for (const { about, asked, choice, atLeast } of known)
  test(about, () => {
    const advice = adviceFor(asked);
    assert.equal(advice?.choice.facts.name, choice);
    if (atLeast === undefined) return;
    const [cost] = advice?.costs ?? [];
    assert.ok(cost?.isTold && cost.ratio >= atLeast, `${cost?.ratio}`);
  });

test('2 MiB modules under strict W^X: the fastest of the rows of that size that is a flip or is not written', () => {
  const asked = { workload: 'module', moduleSize: 2 * 2 ** 20, wx: 'strict' } as const;
  const advice = adviceFor(asked);
  const rows = candidatesFor({ ...unconstrained, ...asked });
  assert.ok(rows.every((row) => row.case.pages === 512));
  const fastest = rows
    .filter(({ facts }) => ['flip', 'no-write'].includes(facts.wx) && facts.writesCode && !facts.isBatched)
    .reduce((a, b) => (b.case.estimate.point < a.case.estimate.point ? b : a));
  assert.ok(advice);
  const named = [advice.choice, ...advice.tied].map(({ facts }) => facts.name);
  assert.ok(named.includes(fastest.facts.name), `${fastest.facts.name} is not in ${named}`);
});

test('20,000 loads a second on 4 threads under strict W^X: pwrite, and the rows are of fewer threads', () => {
  const asked = { threads: 4, loadsPerSecond: 20_000, wx: 'strict' } as const;
  const { caveats, rows } = rowsFor(documents, { ...unconstrained, workload: 'ret', ...asked });
  assert.ok(rows.every((row) => row.case.threads === 2));
  assert.match(
    caveats.join(),
    /no row is of 4 threads; these are of 2: measure with mapbench run -s @all --threads 4/,
  );
  const advice = adviceFor(asked);
  assert.equal(advice?.choice.facts.name, 'memfd_pwrite');
  assert.equal(advice?.load?.isEnough, true);
  const seconds = (20_000 * (advice?.choice.case.estimate.point ?? 0)) / 1e9;
  assert.equal(advice?.load?.cpuFraction, seconds);
});

test('a rate that no number of threads gets done is said to be too much', () => {
  assert.equal(adviceFor({ wx: 'strict', loadsPerSecond: 1e9 })?.load?.isEnough, false);
});

test('nothing is named where nothing is left', () => {
  assert.equal(adviceFor({ memfd: false, wx: 'strict', policy: 'unknown' }, []), undefined);
  const all = new Map(catalogue.map(({ name }) => [name, 'no']));
  const constraints = { ...unconstrained, policy: 'mdwe' };
  assert.equal(advise(candidatesFor(constraints), constraints, { refused: all }), undefined);
});

test('a live module may take so much memory, and what was not weighed is left out', () => {
  const weighing = (strategy: string, resident: number): MeasuredCase['memory'] | undefined =>
    strategy === 'memfd_sealed'
      ? undefined
      : {
          ...{ modules: 64, resident, shared: 0, huge: 0, pageTables: 64, mappings: 1, descriptors: 0 },
          ...{ reserved: resident, left: { resident: 0, mappings: 0, descriptors: 0 } },
        };
  const weighed = documents.map(({ name, document }) => ({
    name,
    document: {
      ...document,
      cases: document.cases.map((each) => {
        const memory = weighing(each.strategy, each.strategy === 'memfd' ? 32_768 : 16_384);
        return each.status === 'measured' && memory !== undefined ? { ...each, memory } : each;
      }),
    },
  }));
  const reasons = new Map(
    adviceFor({ maxMemory: 20_480 }, weighed)?.excluded.map(({ name, reason }) => [name, reason]),
  );
  assert.equal(reasons.get('memfd'), 'a live module takes 32.1 KiB');
  assert.equal(reasons.get('memfd_sealed'), 'its memory is not known');
  assert.equal(reasons.has('rwx'), false);
});

test('what is tied is told, and the least exposed of it is chosen', () => {
  const advice = adviceFor({});
  const tied = advice?.tied.map(({ facts }) => facts.name) ?? [];
  assert.ok(tied.includes('memfd_sealed'), tied.join());
  assert.equal(advice?.choice.facts.wx, 'dual');
});

test('a strategy that needs several modules at once is left out unless it may be used', () => {
  const names = (batching: boolean) =>
    adviceFor({ wx: 'strict', batching })?.excluded.map(({ name }) => name) ?? [];
  assert.ok(names(false).includes('reuse_batch'));
  assert.ok(!names(true).includes('reuse_batch'));
});

test('code that was in a file before is no answer', () => {
  const constraints: Constraints = { ...unconstrained, workload: 'ret' };
  const candidates = candidatesFor(constraints);
  assert.ok(candidates.some(({ facts }) => facts.name === 'image_ro' && !facts.writesCode));
  assert.ok(!adviceFor({})?.excluded.some(({ name }) => name === 'image_ro'));
});

test('every claim has its row', () => {
  const advice = adviceFor({ wx: 'strict', policy: 'mdwe' });
  for (const row of [
    advice?.choice,
    advice?.runnerUp,
    ...(advice?.costs.map(({ without }) => without) ?? []),
  ]) {
    const document = documents.find(({ name }) => name === row?.document)?.document;
    const found = document?.cases.find(({ id }) => id === row?.case.id);
    assert.ok(found?.status === 'measured');
    assert.deepEqual(found.estimate, row?.case.estimate);
  }
});

test('a sketch is the program as C', () => {
  const sketch = (name: string) => {
    const strategy = findStrategy(name);
    assert.ok(strategy);
    return sketchInC(programOf(strategy, { pages: 4, pageSize: 4096 }));
  };
  assert.equal(
    sketch('reuse'),
    `// once
uint8_t *code = mmap(NULL, 16384, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
// every load
mprotect(code, 16384, PROT_READ | PROT_WRITE);
memcpy(code, machine_code, size); __builtin___clear_cache((char *)code, (char *)code + size);
mprotect(code, 16384, PROT_READ | PROT_EXEC);
((void (*)(void))code)();
// at the end
munmap(code, 16384);`,
  );
  for (const { name } of catalogue) assert.ok(!sketch(name).includes('undefined'), name);
});
