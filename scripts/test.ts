/**
 * Runs all tests, two files at a time: `tsx scripts/test.ts [--slowest 20] [--allow-skips <file>]`. Files are
 * printed as they end, what fails as TAP does. With --allow-skips a test that is skipped for a reason that no
 * line of the file fits (a regular expression each, `#` begins a comment) is a failure.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withHugePages, withSharedHugePages } from '../tests/support/mapbench.ts';
import { packagesIn } from '../tests/support/tools.ts';
import { queues } from './test/queues.ts';

/** What came of a test. */
interface TestEnd {
  /** From the project's folder. */
  readonly file: string;
  readonly name: string;
  readonly milliseconds: number;
  /** Why it did not run. */
  readonly skipped?: string;
  /** What went wrong, with its stack. */
  readonly failure?: string;
}

const { values } = parseArgs({
  options: {
    slowest: { type: 'string', default: '0' },
    'allow-skips': { type: 'string' },
  },
});
const startedAt = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'mapbench-test-'));
const ends: TestEnd[] = [];

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

/** Runs a file to its end, and prints a line for each file of tests in it. */
async function runFile(file: string, worker: string): Promise<void> {
  const reporter = join(import.meta.dirname, 'test/reporter.mjs');
  // Not standard output: tests divert it.
  const report = join(folder, `${worker}.jsonl`);
  const options = [`--test-reporter=${reporter}`, `--test-reporter-destination=${report}`];
  const imports = ['tsx', join(import.meta.dirname, '../tests/support/fixed-seed.ts')];
  const child = spawn(process.execPath, [...imports.map((name) => `--import=${name}`), ...options, file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // Runs of two workers are no news to each other.
    env: { ...process.env, MAPBENCH_PRESENCE: `test-${process.pid}-${worker}` },
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const lines = existsSync(report) ? readFileSync(report, 'utf8') : '';
  rmSync(report, { force: true });
  const ended = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line): TestEnd => ({ file, ...JSON.parse(line) }));
  for (const { file: where, name, failure } of ended)
    if (failure !== undefined)
      console.log(`not ok - ${name}\n  in ${where}\n  ${failure.replaceAll('\n', '\n  ')}`);
  if (code !== 0 && !ended.some(({ failure }) => failure !== undefined)) {
    const failure = `it ended with ${code}, and no test of it says why`;
    console.log(`not ok - ${file}: ${failure}`);
    ended.push({ file, name: file, milliseconds: 0, failure });
  }
  for (const name of new Set(ended.map((end) => end.file)))
    printFile(ended.filter((end) => end.file === name));
  ends.push(...ended);
}

function printFile(file: readonly TestEnd[]): void {
  const skipped = file.filter((end) => end.skipped !== undefined).length;
  const milliseconds = file.reduce((sum, end) => sum + end.milliseconds, 0);
  const counts = [`${file.length} tests`, ...(skipped > 0 ? [`${skipped} skipped`] : [])];
  console.log(`${file[0]?.file}: ${counts.join(', ')}, ${seconds(milliseconds)}`);
}

/** Runs files one after the other until there are none. */
async function work(next: () => string | undefined, worker: string): Promise<void> {
  for (let file = next(); file !== undefined; file = next()) await runFile(file, worker);
}

/** Reasons for skips that nobody has allowed. */
function strangeSkips(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const allowed = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => new RegExp(line));
  return reasons().filter((reason) => !allowed.some((each) => each.test(reason)));
}

const reasons = () => [...new Set(ends.flatMap(({ skipped }) => skipped ?? []))];

const alone = [...queues.alone];
await work(() => alone.shift(), 'first');
// Once for all: a file that emptied the pool at its end would take it from another.
const restorePool = withHugePages();
const restoreSetting = withSharedHugePages();
const [inTurn, anyTime] = [[...queues.inTurn], [...queues.anyTime]];
try {
  const both = work(() => inTurn.shift() ?? anyTime.shift(), 'first');
  await Promise.all([both, work(() => anyTime.shift(), 'second')]);
} finally {
  restorePool?.();
  restoreSetting?.();
  rmSync(folder, { recursive: true });
}

const count = (is: (end: TestEnd) => boolean) => ends.filter(is).length;
const failed = count(({ failure }) => failure !== undefined);
const skipped = count((end) => end.skipped !== undefined);
for (const { file, name, milliseconds } of ends
  .toSorted((a, b) => b.milliseconds - a.milliseconds)
  .slice(0, Number(values.slowest)))
  console.log(`${seconds(milliseconds).padStart(8)}  ${file}: ${name}`);
for (const reason of reasons()) console.log(`${count((end) => end.skipped === reason)} skipped: ${reason}`);
const unknown = values['allow-skips'] === undefined ? [] : strangeSkips(values['allow-skips']);
for (const reason of unknown) console.log(`not ok - no test may be skipped here for this reason: ${reason}`);
console.log(
  `${ends.length - failed - skipped} passed, ${failed} failed, ${skipped} skipped, ${seconds(performance.now() - startedAt)}`,
);
const packages = packagesIn(reasons());
if (packages.length > 0)
  console.log(`skipped for want of programs; to run them all: apt-get install ${packages.join(' ')}`);
if (failed > 0 || unknown.length > 0) process.exitCode = 1;
