import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lacking } from '../support/tools.ts';
import { blocksOf, commandsOf } from './blocks.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
const [, recipe = ''] = page.split('## Add a strategy in ten minutes');

const copy = mkdtempSync(join(tmpdir(), 'mapbench-contributing-'));
after(() => rmSync(copy, { recursive: true }));

/** What the steps read. The packages are those that are installed. */
const needed = [
  ...['src', 'tests', 'scripts', 'examples', 'docs', 'man', 'completions', 'results', 'bin'],
  ...[
    'package.json',
    'package-lock.json',
    'biome.json',
    'knip.json',
    '.gitignore',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
  ],
  ...['tsconfig.json', 'tsconfig.build.json', 'tsconfig.client.json', 'tsconfig.scripts.json'],
];

/** Commands that are not run here, each with the reason. */
const notRun: Readonly<Record<string, string>> = {
  "node --import tsx --test --test-name-pattern 'page faults' tests/cli/run.test.ts":
    'measures all strategies, as npm test does; the faults of the example are counted below',
};

/** What looks at the whole tree: the last time sees what the others would. */
const onceIsEnough = ['npm run lint', 'npm run typecheck', 'npm run man'];

/** Why a command cannot run here, by what it has in it. */
const skipped: readonly (readonly [part: string, why: string | false])[] = [
  ['--target chroot:', process.getuid?.() === 0 ? false : 'only root can change the root folder'],
  ['cc -O2', lacking('cc')],
];

function sh(command: string, input?: string) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], {
    cwd: copy,
    encoding: 'utf8',
    input,
    env: { ...env, NO_COLOR: '1', LC_ALL: 'C.UTF-8' },
  });
  assert.equal(status, 0, `${command}: ${stdout}${stderr}`);
  return stdout;
}

test('a strategy, an export format, a check, a workload, a step and a transport are added as CONTRIBUTING.md says', {
  skip: lacking('git'),
}, async (t) => {
  for (const name of needed) cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  sh('git init --quiet');
  const printed = new Map<string, string>();
  const left = new Set(Object.keys(notRun));
  const blocks = blocksOf(recipe);
  const all = blocks.flatMap((block) => (block.language === 'sh' ? commandsOf(block) : []));
  const togo = new Map(all.map((command) => [command, all.filter((other) => other === command).length]));
  for (const block of blocks) {
    if (block.language === 'diff') {
      await t.test(
        `applies to ${/^\+\+\+ b\/(.*)$/m.exec(block.text)?.[1]}`,
        () => void sh('git apply -', block.text),
      );
      continue;
    }
    assert.equal(block.language, 'sh', block.text);
    for (const command of commandsOf(block)) {
      if (left.delete(command)) continue;
      const again = (togo.get(command) ?? 1) - 1;
      togo.set(command, again);
      if (again > 0 && onceIsEnough.includes(command)) continue;
      const skip = skipped.find(([part]) => command.includes(part))?.[1] ?? false;
      await t.test(command, { skip }, () => void printed.set(command, sh(command)));
    }
  }
  assert.deepEqual([...left], [], 'what is not run stands in the page');

  const shown = (command: string) => {
    const found = printed.get(command);
    assert.ok(found !== undefined, `the page has ${command}`);
    return found;
  };
  assert.match(shown('npx mapbench list'), /^naive_shared +kernel +flip +available/m);
  assert.match(shown('npx mapbench show naive_shared'), /mmap\(NULL, 16384, .*MAP_SHARED/);
  assert.match(shown('npx mapbench verify naive_shared'), /^naive_shared\/pages=4( +passes){4}$/m);
  assert.match(
    shown('npx mapbench run -s naive_shared,naive --quick'),
    /^naive_shared +\[.*\].* +4\.\d\d +flip$/m,
  );
  assert.match(
    readFileSync(join(copy, 'docs/strategies.md'), 'utf8'),
    /^\| `naive_shared` \| not measured yet/m,
  );
  const manual = readFileSync(join(copy, 'man/mapbench.1'), 'utf8');
  assert.match(manual, /naive_shared/);
  assert.match(manual, /nops/);
  assert.match(readFileSync(join(copy, 'cases.txt'), 'utf8'), /^"memfd\/pages=4" [\d.]+ [\d.]+ [\d.]+$/m);
  assert.match(shown('npx mapbench doctor'), /nmi-watchdog: /);
  assert.match(readFileSync(join(copy, 'nops.c'), 'utf8'), /workload nops/);
  assert.match(shown('npx mapbench run -s rwx,memfd --workload nops --quick'), /^memfd +\[/m);
  assert.match(shown('npx mapbench show ./fenced.ts'), /^ +3 +fence\(\)$/m);
  assert.match(shown('npx mapbench verify ./fenced.ts'), /^rwx_fence\/pages=4( +passes| +-){4}$/m);
  assert.match(shown('npx mapbench run -s ./fenced.ts,rwx --quick'), /^rwx_fence +\[/m);
  assert.match(shown('npx mapbench run -s ./fenced.ts --engine ffi --quick'), /^rwx_fence +\[/m);
  assert.match(readFileSync(join(copy, 'fenced.c'), 'utf8'), /^ +fence\(\);$/m);
  for (const [command, row] of [
    ['npx mapbench verify memfd --target chroot:/', /^memfd\/pages=4( +passes| +-){4}$/m],
    ['npx mapbench run -s memfd --quick --target chroot:/', /^memfd +\[/m],
  ] as const)
    if (!skipped.some(([part, why]) => why !== false && command.includes(part)))
      assert.match(shown(command), row);
  assert.match(manual, /chroot:<folder>/);
});

test('the first part names scripts and tests that are there', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const [, name = ''] of page.matchAll(/npm run ([\w-]+)/g)) assert.ok(name in scripts, name);
  assert.ok('test' in scripts && 'prepare' in scripts);
  for (const [, path = ''] of page.matchAll(/\]\(([\w./-]+)(?:#[\w-]+)?\)/g)) readFileSync(join(root, path));
  const builder = readFileSync(join(root, 'tests/program/builder.test.ts'), 'utf8');
  assert.match(builder, /test\('use after release/);
});

test('every deliberate mistake has its place, and the tests that should find it are there', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'scripts/mistakes.ts', '--places'],
    { cwd: root, encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^\d+ mistakes can be made$/m);
});
