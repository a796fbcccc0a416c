import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  ANONYMOUS,
  buildProgram,
  EXEC,
  PRIVATE,
  ProgramError,
  READ,
  SHARED,
  WRITE,
} from '../../src/program/builder.ts';
import { describeProgram } from '../../src/program/describe.ts';
import { nameOf, resultOf } from '../../src/program/ir.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';

// Where files without a name are made.
delete process.env.TMPDIR;

const module = { pages: 4, pageSize: 4096 };
const anonymous = { length: 4096, prot: READ | WRITE, flags: PRIVATE | ANONYMOUS };

/** What each strategy does, as this project prints it: read once with care, and kept. */
const listings = new Map(
  readFileSync(join(import.meta.dirname, 'listings.txt'), 'utf8')
    .split(/^== /m)
    .slice(1)
    .map((text): [string, string] => {
      const [name = '', ...lines] = text.trimEnd().split('\n');
      return [name, lines.join('\n')];
    }),
);

for (const strategy of catalogue) {
  test(`${strategy.name} does what its listing says`, () => {
    assert.equal(describeProgram(programOf(strategy, module)), listings.get(strategy.name));
  });
}

test('hugetlb rounds up to whole huge pages', () => {
  const hugetlb = catalogue.find(({ name }) => name === 'hugetlb');
  assert.ok(hugetlb);
  const text = describeProgram(programOf(hugetlb, { pages: 513, pageSize: 4096 }));
  assert.match(text, /mprotect\(code, 4194304, PROT_READ \| PROT_EXEC\)/);
});

test('a module of larger pages is as many bytes', () => {
  const rwx = catalogue.find(({ name }) => name === 'rwx');
  assert.ok(rwx);
  assert.match(describeProgram(programOf(rwx, { pages: 2, pageSize: 65536 })), /mmap\(NULL, 131072,/);
});

test('a mapping that every iteration leaks is refused', () => {
  assert.throws(
    () => buildProgram('leaky', module, ({ iterate }) => void iterate.mmap(anonymous)),
    new ProgramError('leaky', 'map is made in every iteration and never released', 'map'),
  );
});

test('releasing in the iteration what setup made is refused', () => {
  assert.throws(
    () =>
      buildProgram('once', module, ({ setup, iterate }) => {
        iterate.munmap(setup.mmap(anonymous));
      }),
    new ProgramError('once', 'map is made in setup but released in the iteration'),
  );
});

test('use after release is refused', () => {
  assert.throws(
    () =>
      buildProgram('late', module, ({ iterate }) => {
        const map = iterate.mmap(anonymous);
        iterate.munmap(map);
        iterate.mprotect(map, READ | EXEC);
      }),
    new ProgramError('late', 'map is used after its release'),
  );
});

test('a write knows where the module will run only once that is mapped', () => {
  const runsAt = (name: string) => {
    const strategy = catalogue.find((each) => each.name === name);
    assert.ok(strategy);
    const { setup, iteration } = programOf(strategy, module);
    return [...setup, ...iteration].flatMap((step) =>
      step.kind === 'write_module' ? [step.runsAt && nameOf(step.runsAt)] : [],
    );
  };
  assert.deepEqual(runsAt('naive'), ['code']);
  assert.deepEqual(runsAt('memfd_thp'), ['code', 'code']);
  for (const name of ['memfd_frozen', 'image_ro', 'image_got']) assert.deepEqual(runsAt(name), [undefined]);
});

test('links that are not in the mapping of their code are refused', () => {
  const linked = (into: 'other' | 'code', offset: number) =>
    buildProgram('linked', module, ({ setup, iterate, size, part }) => {
      const [code, other] = [setup.mmap({ ...anonymous, length: 4 * size }), setup.mmap(anonymous)];
      const table = part(into === 'code' ? code : other, offset, 4096);
      for (const at of [0, 8192]) {
        iterate.writeLinks(table);
        iterate.executeModule(part(code, at, 4096));
      }
    });
  assert.throws(() => linked('other', 0), /^ProgramError: linked: links must lie in the mapping of the code/);
  assert.throws(() => linked('code', 4096), /the links of all modules must be as far behind their code$/);
});

test('values of one name are distinguished', () => {
  const program = buildProgram('two', module, ({ setup }) => {
    setup.mmap(anonymous);
    setup.mmap(anonymous);
  });
  assert.deepEqual(
    program.setup.map((step) => resultOf(step)?.name),
    ['map', 'map2'],
  );
});

test('a mapping that moves keeps its slot, in the last of a power of 2 of iterations', () => {
  const define = (every: number) => () =>
    buildProgram('moves', { pages: 1, pageSize: 4096 }, ({ setup, iterate, size }) => {
      const fd = setup.memfdCreate('x', 0);
      const view = setup.mmap({ name: 'view', length: size, prot: WRITE, flags: SHARED, fd });
      iterate.writeModule(view);
      iterate.moveAtRandom(view, every);
      iterate.remapAtRandom(view, every, { prot: WRITE, flags: SHARED, fd });
    });
  const { iteration, teardown } = define(8)();
  const rare = iteration.flatMap((step) => (step.kind === 'call' ? [[step.call, step.every]] : []));
  assert.deepEqual(rare, [
    ['mmap', 8],
    ['mremap', 8],
    ['munmap', 8],
    ['mmap', 8],
  ]);
  assert.equal(teardown.length, 2);
  for (const every of [0, 1, 3, 2.5]) assert.throws(define(every), /it must be a power of 2/);
});
