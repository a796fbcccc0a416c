/**
 * Runs all tests, in two lanes beside each other: `tsx scripts/test.ts [--slowest 20] [--allow-skips <file>] [--one-lane]`. Files are
 * printed as they end, what fails as TAP does. With --allow-skips a test that is skipped for a reason that no line of the file fits (a regular
 * expression each, `#` begins a comment) is a failure. With --one-lane the lanes run one after the other.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { withHugePages } from '../tests/support/mapbench.ts';
import { packagesIn } from '../tests/support/tools.ts';
import { type Lane, stages } from './test/lanes.ts';

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
    'one-lane': { type: 'boolean', default: false },
  },
});
const startedAt = performance.now();
const ends: TestEnd[] = [];

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

/** Runs a lane to its end, and prints a line a file. */
async function runLane({ name, files }: Lane): Promise<void> {
  const reporter = join(import.meta.dirname, 'test/reporter.mjs');
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--test', '--test-concurrency=1', `--test-reporter=${reporter}`, ...files],
    // Runs of the two lanes are no news to each other.
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, MAPBENCH_PRESENCE: `test-${process.pid}-${name}` },
    },
  );
  const status = new Promise<number | null>((resolve) => child.on('close', resolve));
  let file: TestEnd[] = [];
  const printFile = () => {
    const [first] = file;
    if (first === undefined) return;
    const skipped = file.filter((end) => end.skipped !== undefined).length;
    const milliseconds = file.reduce((sum, end) => sum + end.milliseconds, 0);
    const counts = [`${file.length} tests`, ...(skipped > 0 ? [`${skipped} skipped`] : [])];
    console.log(`${first.file}: ${counts.join(', ')}, ${seconds(milliseconds)}`);
    file = [];
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const end: TestEnd = JSON.parse(line);
    if (file.length > 0 && file[0]?.file !== end.file) printFile();
    file.push(end);
    ends.push(end);
    if (end.failure !== undefined)
      console.log(`not ok - ${end.name}\n  in ${end.file}\n  ${end.failure.replaceAll('\n', '\n  ')}`);
  }
  printFile();
  const ended = await status;
  const failures = ends.filter(({ failure }) => failure !== undefined).length;
  if (ended !== 0 && failures === 0) {
    console.log(`not ok - the lane ${name} ended with ${ended}, and no test of it says why`);
    process.exitCode = 1;
  }
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

for (const lanes of stages()) {
  // Once for all lanes: one that emptied the pool at its end would take it from another.
  const restorePool = lanes.length > 1 ? withHugePages() : undefined;
  try {
    if (values['one-lane']) for (const lane of lanes) await runLane(lane);
    else await Promise.all(lanes.map(runLane));
  } finally {
    restorePool?.();
  }
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
