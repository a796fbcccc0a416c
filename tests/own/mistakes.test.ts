import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderOf, strategyText } from './folder.ts';

const head = `import { ANONYMOUS, defineStrategy, EXEC, PRIVATE, READ, WRITE } from 'mapbench';
`;
const valid = "name: 'mine', summary: 'a flip', wx: 'flip', needs: 'nothing'";

/** A strategy whose define() begins at line 5. */
const recording = (steps: string) => `${head}
export const mine = defineStrategy({ ${valid},
  define({ setup, iterate, size, pages }) {
${steps}
  },
});
`;
const map = 'mmap({ length: size, prot: READ | EXEC, flags: PRIVATE | ANONYMOUS })';

/** What is wrong with a file, its text and the sentence that answers. */
const mistakes: [what: string, text: string, sentence: string][] = [
  ['a syntax error', 'type A = {\n  a: number };\nconst b: A = 3 x;\n', '3:16: Expected ";" but found "x"'],
  [
    'an import of nothing',
    "import { x } from './x.ts';\nexport default x;\n",
    '1:19: Could not resolve "./x.ts"',
  ],
  [
    'an unknown package',
    "\nimport x from 'nowhere';\nexport default x;\n",
    '2:15: Could not resolve "nowhere"',
  ],
  [
    'a word that mapbench does not export',
    "import { REED } from 'mapbench';\nexport default REED;\n",
    "1: SyntaxError: The requested module 'mapbench' does not provide an export named 'REED'",
  ],
  [
    'an exception',
    'interface A {\n  a: number;\n}\n\nconst a: A = null as never;\nexport default a.a;\n',
    "6: TypeError: Cannot read properties of null (reading 'a')",
  ],
  ['something else that is thrown', "throw 'no';\n", ' it throws no'],
  ['no export', 'const a = 1;\n', ' it exports no strategy; write export default defineStrategy({ ... })'],
  [
    'other exports',
    'export const a = 1;\n',
    ' it exports no strategy; write export default defineStrategy({ ... })',
  ],
  [
    'a default that is none',
    'export default 5;\n',
    ' strategy 1: it is 5; expected an object, as defineStrategy makes it',
  ],
  [
    'a wrong class',
    `export default [{ ${valid}, define() {} }, { ${valid}, wx: 'both', define() {} }];\n`,
    ' strategy 2: wx is "both"; expected flip, dual, no-write or rwx',
  ],
  [
    'no class',
    `export const mine = { ${valid}, wx: undefined, define() {} };\n`,
    ' mine: wx is missing; expected flip, dual, no-write or rwx',
  ],
  [
    'no define',
    `export const mine = { ${valid} };\n`,
    ' mine: define is missing; expected a function that records its steps',
  ],
  [
    'no needs',
    `export default { ${valid}, needs: undefined, define() {} };\n`,
    " strategy 1: needs is missing; expected what the host must grant in a few words, as 'memfd_create'",
  ],
  [
    'an empty summary',
    `export default { ${valid}, summary: ' ', define() {} };\n`,
    ' strategy 1: summary is " "; expected one sentence about it',
  ],
  [
    'a wrong name',
    `export default { ${valid}, name: '2-flips', define() {} };\n`,
    ' strategy 1: name is "2-flips"; expected a name of letters, digits and _ that begins with a letter',
  ],
  [
    'an unknown field',
    `export default { ${valid}, remdy: 'no', define() {} };\n`,
    ' strategy 1: remdy is not known; the nearest is remedy',
  ],
  [
    'a name of the catalogue',
    `export default { ${valid}, name: 'memfd', define() {} };\n`,
    ' strategy 1: mapbench has a strategy named memfd already; choose another name',
  ],
  [
    'a name twice',
    `const mine = { ${valid}, define() {} };\nexport default [mine, { ...mine }];\n`,
    ' two strategies are named mine; rename one of them',
  ],
  [
    'a use after release',
    recording(
      `    const code = iterate.${map};\n    iterate.munmap(code);\n    iterate.executeModule(code);`,
    ),
    '7: mine: map is used after its release',
  ],
  [
    'a leak',
    recording(`    setup.${map};\n    iterate.${map};`),
    '6: mine: map2 is made in every iteration and never released',
  ],
  [
    'an exception in define',
    recording('    const code: any = undefined;\n    iterate.executeModule(code.view);'),
    "6: mine: TypeError: Cannot read properties of undefined (reading 'view')",
  ],
  [
    'a size at which there is no program',
    recording("    if (pages === 1)\n      throw new RangeError('one page is too few');"),
    '6: mine: RangeError: one page is too few',
  ],
  [
    'an async define',
    `${head}export const mine = defineStrategy({ ${valid}, async define() {} });\n`,
    ' mine: define is async; it must record all steps before it returns',
  ],
];

for (const [what, text, sentence] of mistakes) {
  test(`a file with ${what} is refused in one sentence`, (t) => {
    const { status, stdout, stderr } = folderOf(t, { 'mine.ts': text }).mapbench('run', '-s', './mine.ts');
    assert.equal(stderr, `mapbench: mine.ts:${sentence}\n`);
    assert.equal(stdout, '');
    assert.equal(status, 2);
  });
}

test('a file that is not there, and one that is a folder', (t) => {
  const { mapbench } = folderOf(t, { 'sub/mine.js': strategyText('mine') });
  const absent = mapbench('verify', './mine.ts');
  assert.equal(absent.stderr, 'mapbench: mine.ts: there is no such file\n');
  assert.equal(absent.status, 2);
  assert.equal(mapbench('show', './sub').stderr, 'mapbench: sub: it is no file\n');
});

test('the line is named in the file that it is in', (t) => {
  const folder = folderOf(t, {
    'mine.ts': "import './parts/helper.ts';\nexport default 1;\n",
    'parts/helper.ts': 'type A = string;\n\nnull!.a;\n',
  });
  assert.equal(
    folder.mapbench('run', '-s', './mine.ts').stderr,
    "mapbench: parts/helper.ts:3: TypeError: Cannot read properties of null (reading 'a')\n",
  );
});

test('two files with strategies of one name are not measured together', (t) => {
  const folder = folderOf(t, { 'a.ts': strategyText('mine'), 'b.ts': strategyText('mine', "summary: 'b',") });
  const { status, stderr } = folder.mapbench('run', '-s', './a.ts', './b.ts');
  assert.equal(stderr, 'mapbench: two strategies are named mine; rename one of them\n');
  assert.equal(status, 2);
});
