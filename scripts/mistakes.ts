/**
 * Makes one deliberate mistake at a time in a copy of the project, and runs the tests that should fail of it:
 * `tsx scripts/mistakes.ts [<part of a file's name>…]`. Each of them is one that `npm test` runs, too. Prints
 * which mistakes were found; those that no test found make the exit status 1. With --places it only looks
 * whether the mistakes can be made.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One place of a file that is made wrong. */
interface Mistake {
  /** Below src. */
  readonly file: string;
  /** Occurs once. */
  readonly right: string;
  readonly wrong: string;
  /** Below tests; the command line is built first where one of them starts it. */
  readonly tests: readonly string[];
}

const mistake = (file: string, right: string, wrong: string, ...tests: string[]): Mistake => ({
  file,
  right,
  wrong,
  tests,
});

/** At least one in each folder of src, and in each backend of a program. */
const mistakes: readonly Mistake[] = [
  mistake('advice/constraints.ts', '(acceptable[wx].includes', '(!acceptable[wx].includes', 'advice/advise'),
  mistake(
    'assembler/x64/assembler.ts',
    "{ name: 'dec', opcode: 0xff }, 1)",
    "{ name: 'dec', opcode: 0xff }, 0)",
    'assembler/x64',
  ),
  mistake('assembler/arm64/assembler.ts', "('bic', 0x8a200000)", "('bic', 0x8a000000)", 'assembler/arm64'),
  mistake('cli/exit.ts', 'regressed: 3', 'regressed: 1', 'cli/regression'),
  mistake('results/ratios.ts', '1 - (1 - confidence) / 2', '1 - (1 - confidence)', 'results/ratios'),
  mistake('doctor/checks/huge-pages.ts', 'usable < enough', 'usable > enough', 'doctor/checks'),
  mistake('gates/evaluate.ts', "combine('-', left, right)", "combine('+', left, right)", 'gates/evaluate'),
  mistake('policies/policy.ts', '1024 **', '1000 **', 'policies/policy'),
  mistake('profile/formats.ts', "join(';')", "join(',')", 'profile/profiles'),
  mistake(
    'program/layout.ts',
    'this.#guard(step, 0, length)',
    'this.#guard(step, 0, length + 1)',
    'program/ownership',
  ),
  mistake('program/c/sections.ts', 'in step %d', 'at step %d', 'program/c'),
  mistake('program/ffi.ts', 'remaining % every === 1', 'remaining % every === 0', 'program/engines'),
  mistake('program/native/x64/loop.ts', 'this.#a.jae(label);', 'this.#a.jb(label);', 'program/failures'),
  mistake('program/native/arm64/loop.ts', 'this.#a.bhs(label);', 'this.#a.blo(label);', 'program/arm64-qemu'),
  mistake('format/numbers.ts', 'rounded < sizes.µs', 'rounded <= sizes.µs', 'report/format'),
  mistake('report/page/topics/times.ts', 'estimate.high ?? estimate.point', 'estimate.point', 'page/charts'),
  mistake('results/baselines.ts', '{0,63}$/', '{0,64}$/', 'results/baselines'),
  mistake(
    'results/export/junit.ts',
    "'<': '&lt;'",
    "'<': '<'",
    'results-export/junit',
    'results-export/write',
  ),
  mistake(
    'runner/sampler.ts',
    '(iterations * wanted) / shortest',
    '(iterations * shortest) / wanted',
    'runner/calibrate',
  ),
  mistake('runner/user/load.ts', '.length >= 2', '.length >= 5', 'own/files', 'own/mistakes'),
  mistake('statistics/change.ts', '(pValues.length - rank)', 'pValues.length', 'statistics/holm'),
  mistake('statistics/descriptive.ts', 'Math.floor(position)', 'Math.ceil(position)', 'statistics/quantile'),
  mistake(
    'strategies/flips.ts',
    '\n  iterate.mprotect(code, READ | EXEC);',
    '\n  iterate.mprotect(code, READ | WRITE | EXEC);',
    'program/builder',
    'verification/verify',
  ),
  mistake('system/cpus.ts', 'last - first + 1', 'last - first', 'doctor/checks', 'system/interrupts'),
  mistake('target/allocator.ts', 'chunk.bytes.fill(0);', '', 'target/stub-process'),
  mistake('target/stub-x64.ts', "(a, 'tkill');", "(a, 'gettid');", 'target/stub', 'target/stub-process'),
  mistake('target/stub-arm64.ts', "(a, 'tkill');", "(a, 'gettid');", 'target/stub'),
  mistake(
    'tuning/apply.ts',
    'set !== null)\n    .toReversed',
    'set === null)\n    .toReversed',
    'tuning/put-back',
  ),
  mistake('verification/fresh-code.ts', 'stale > 0', 'stale < 0', 'verification/verify'),
  mistake('workloads/patch.ts', '* siteUnit;', '* 2 * siteUnit;', 'workloads/native', 'program/c'),
];

const places = '--places';
const wanted = process.argv.slice(2).filter((each) => each !== places);
const chosen = mistakes.filter(
  ({ file }) => wanted.length === 0 || wanted.some((part) => file.includes(part)),
);
const project = join(import.meta.dirname, '..');
const misplaced = chosen.filter(({ file, right, tests }) => {
  const parts = readFileSync(join(project, 'src', file), 'utf8').split(right).length;
  return parts !== 2 || !tests.every((name) => existsSync(join(project, `tests/${name}.test.ts`)));
});
for (const { file, right } of misplaced)
  console.error(`src/${file} does not have ${right} once, or its tests are not there`);
if (misplaced.length > 0) process.exit(1);
if (process.argv.includes(places)) {
  console.log(`${chosen.length} mistakes can be made`);
  process.exit();
}
const copy = mkdtempSync(join(tmpdir(), 'mapbench-mistakes-'));
const left = new Set(['node_modules', '.git', 'dist-scripts']);
cpSync(project, copy, { recursive: true, filter: (path) => !left.has(path.slice(project.length + 1)) });
symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));

const run = (command: string, parameters: readonly string[]) =>
  spawnSync(command, parameters, { cwd: copy, encoding: 'utf8' });

/** What a test that fails prints of itself: its name, or undefined where all pass. */
function failureOf(tests: readonly string[]): string | undefined {
  const files = tests.map((name) => `tests/${name}.test.ts`);
  const { stdout } = run(process.execPath, [
    '--import',
    'tsx',
    '--test',
    '--test-concurrency=1',
    '--test-reporter=tap',
    '--test-timeout=120000',
    ...files,
  ]);
  if (stdout.includes('testTimeoutFailure')) return 'it does not end';
  return /^ *not ok \d+ - (?!tests\/)(.*)$/m.exec(stdout)?.[1];
}

let survived = 0;
try {
  for (const { file, right, wrong, tests } of chosen) {
    const path = join(copy, 'src', file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      text.replace(right, () => wrong),
    );
    if (tests.some((name) => /^(cli|own|program\/c$)/.test(name))) run('npm', ['run', '--silent', 'build']);
    const failure = failureOf(tests);
    if (failure === undefined) survived++;
    console.log(
      `${failure === undefined ? 'SURVIVED' : 'found'}  src/${file}: ${wrong || `without ${right}`}${failure === undefined ? '' : `  (${failure})`}`,
    );
    writeFileSync(path, text);
  }
} finally {
  rmSync(copy, { recursive: true });
}
console.log(`${chosen.length - survived} of ${chosen.length} found`);
if (survived > 0) process.exitCode = 1;
