import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { bin } from '../support/mapbench.ts';
import { lacking } from '../support/tools.ts';
import { blocksOf, commandsOf } from './blocks.ts';

const root = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const page = read('README.md');

/** Commands that are not run here, each with why, and how it is held instead. */
const notRun: Readonly<Record<string, { readonly why: string; readonly held: () => void }>> = {
  'npm ci': {
    why: 'it installs packages from the network and builds, which this test stands on',
    held: () => {
      const { scripts, dependencies, devDependencies } = JSON.parse(read('package.json'));
      const { packages } = JSON.parse(read('package-lock.json'));
      // npm ci refuses a lock file that does not match, and builds by the script prepare.
      assert.deepEqual(packages[''].dependencies, dependencies);
      assert.deepEqual(packages[''].devDependencies, devDependencies);
      assert.equal(scripts.prepare, 'npm run build');
      assert.ok(existsSync(join(root, 'dist/cli/main.js')));
    },
  },
  'npm test': {
    why: 'it runs this test',
    held: () => assert.match(JSON.parse(read('package.json')).scripts.test, / && tsx scripts\/test\.ts$/),
  },
  'npx tsx scripts/arm64/main.ts': {
    why: 'half a minute of emulation; .ci/run runs it',
    held: () => inCi('arm64'),
  },
  'npx mapbench verify @all --draws 0 --target kernel=debian/5.10': {
    why: 'boots a kernel in QEMU; .ci/run runs it',
    held: () =>
      assert.ok(read('.ci/run').includes('mapbench.js verify @all --draws 0 --target kernel=debian/5.10')),
  },
  'npx mapbench kernels old=debian/6.12 new=arch/x86/boot/bzImage': {
    why: 'boots a kernel that the reader has built',
    held: () => assert.match(read('man/mapbench.1'), /^\.Ss kernels$/m),
  },
};

function inCi(name: string): void {
  assert.ok(existsSync(join(root, `scripts/${name}/main.ts`)));
  assert.ok(read('.ci/run').includes(`npx tsx scripts/${name}/main.ts`));
}

/** Every command: the lines of blocks, and what is written as code in a sentence or a table. */
const commands = [...page.matchAll(/^```[\s\S]*?^```$|`((?:npx|npm|mapbench) [^`]+)`/gm)].flatMap(
  ([found, inline]) =>
    inline === undefined
      ? blocksOf(found).flatMap((block) =>
          block.language === 'sh' ? commandsOf(block).flatMap((line) => line.split(' && ')) : [],
        )
      : [inline],
);

const folder = mkdtempSync(join(tmpdir(), 'mapbench-readme-'));
after(() => rmSync(folder, { recursive: true }));
prepare();

/** A folder in which mapbench is installed, and two machines have been measured. */
function prepare(): void {
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  symlinkSync(bin, join(folder, 'node_modules/.bin/mapbench'));
  mkdirSync(join(folder, 'results/fleet'), { recursive: true });
  const recorded = 'results/xeon-firecracker-6.18-2026-11.json';
  for (const name of readdirSync(join(root, 'results')))
    if (name.endsWith('.json')) symlinkSync(join(root, 'results', name), join(folder, 'results', name));
  for (const host of ['a', 'b'])
    copyFileSync(join(root, recorded), join(folder, `results/fleet/${host}.json`));
  // Runs are as short as they can be, with the README's commands as they are.
  writeFileSync(join(folder, 'mapbench.config.mjs'), 'export default { defaults: { forks: 2, time: 5 } };\n');
}

/** What a command prints, or leaves in a file. */
const prints: Readonly<Record<string, RegExp>> = {
  'npx mapbench run': /^naive +\[.*\][\s\S]*^memfd +\[/m,
  'npx mapbench list': /^memfd +article +dual +available/m,
  'npx mapbench show memfd --lang c': /int main\(/,
  'npx mapbench verify memfd': /^memfd\/pages=4( +passes| +-){4}$/m,
  'npx mapbench help gates': /--assert/,
  'npx mapbench history': /memfd/,
};

for (const command of new Set(commands)) {
  const kept = notRun[command];
  if (kept !== undefined) {
    test(`${command}, not run: ${kept.why}`, kept.held);
    continue;
  }
  const skip = command.includes('mapbench profile') && lacking('perf');
  test(command, { skip }, () => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', command], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      env: { ...env, NO_COLOR: '1', LC_ALL: 'C.UTF-8' },
    });
    assert.equal(status, 0, `${stdout.slice(0, 4000)}${stderr}`);
    const output = / -o (\S+)/.exec(command)?.[1];
    if (output !== undefined) assert.ok(statSync(join(folder, output)).size > 500, output);
    assert.match(stdout, prints[command] ?? (output === undefined ? /./ : /^/));
  });
}

test('the commands are found', () => {
  assert.ok(commands.length >= 22, commands.join('\n'));
  for (const command of [...Object.keys(notRun), ...Object.keys(prints)])
    assert.ok(commands.includes(command), command);
});

test('every link leads to something', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    ...['docs', 'results'].flatMap((folder) =>
      readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
    ),
  ];
  for (const name of pages.filter((each) => each.endsWith('.md'))) {
    const text = read(name);
    for (const [, target = '', anchor] of text.matchAll(
      /(?:\]\(|src(?:set)?=")([\w./-]*)(?:#([\w-]+))?["|)]/g,
    )) {
      const path = target === '' ? join(root, name) : join(root, name, '..', target);
      assert.ok(existsSync(path), `${name}: ${target}`);
      if (anchor !== undefined) {
        const anchors = [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
          title
            .toLowerCase()
            .replace(/[^\w\- ]/g, '')
            .replaceAll(' ', '-'),
        );
        assert.ok(anchors.includes(anchor), `${name}: ${target}#${anchor}`);
      }
    }
  }
});

test('the result is on the first screen, with every strategy of the recorded runs', () => {
  const [first = ''] = page.split('## Commands');
  const table = first.split('\n').findIndex((line) => line.startsWith('| strategy |'));
  assert.ok(table > 0 && table <= 25, `the table begins in line ${table}`);
  const [, files = ''] = /Printed by scripts\/readme\.ts of (.*): -->/.exec(first) ?? [];
  for (const file of files.split(' '))
    for (const { strategy } of JSON.parse(read(file)).cases)
      assert.ok(first.includes(`\n| \`${strategy}\` |`), strategy);
  assert.ok(existsSync(join(root, 'docs/images/time-dark.png')));
});

test('the number of strategies is that of the catalogue', () => {
  assert.ok(page.includes(`and ${catalogue.length - 7} more`));
  assert.ok(read('docs/guide.md').includes(`All ${catalogue.length} strategies`));
});
