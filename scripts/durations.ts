/**
 * How long whole commands take from the prompt: the median, least and most of some runs in turn.
 *
 *   npx tsx scripts/durations.ts [--runs 3] [--of <folder of a built checkout>]… [--only <word>]
 *
 * With several checkouts their runs alternate, so that both meet the same states of the machine.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from '../src/statistics/descriptive.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    of: { type: 'string', multiple: true, default: [resolve(import.meta.dirname, '..')] },
    only: { type: 'string', default: '' },
  },
});

const commands: readonly (readonly string[])[] = [
  ['--help'],
  ['--version'],
  ['run', '-s', 'memfd'],
  ['run', '--quick'],
  ['run', '--verbose'],
  ['matrix', '@all'],
  ['verify', '@all'],
  ['run', '-s', '@all'],
];

/** Seconds from start to end, and what the command says of the time that it measured. */
function timeOf(program: readonly string[]): { readonly seconds: number; readonly note: string } {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, program, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const seconds = (performance.now() - start) / 1000;
  // 4: a strategy that this host cannot run.
  if (status !== 0 && status !== 4) throw new Error(`${program.join(' ')}: status ${status}: ${stderr}`);
  return { seconds, note: /\d+ % of the time was measuring/.exec(stdout)?.[0] ?? '' };
}

console.log(`${process.version}, ${values.runs} runs each; seconds: median [least most]`);
for (const words of [['-e', '0'], ...commands]) {
  const name = words.join(' ');
  if (!name.includes(values.only)) continue;
  const taken = values.of.map((): number[] => []);
  let note = '';
  for (let turn = 0; turn < Number(values.runs); turn++) {
    for (const [index, folder] of values.of.entries()) {
      const program = words[0] === '-e' ? words : [resolve(folder, 'bin/mapbench.js'), ...words];
      const timed = timeOf(program);
      taken[index]?.push(timed.seconds);
      note = timed.note;
    }
  }
  const figures = taken.map((each) => {
    const [middle, least, most] = [median(each), Math.min(...each), Math.max(...each)];
    return `${middle.toFixed(2)} [${least.toFixed(2)} ${most.toFixed(2)}]`.padEnd(24);
  });
  console.log(`${words[0] === '-e' ? 'node' : 'mapbench'} ${name}`.padEnd(28), ...figures, note);
}
