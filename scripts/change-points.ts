/**
 * How often `mapbench history` finds a change that is none, and what it sees: simulated series of runs,
 * without a change and with one. Prints a line for each kind of noise or place of the change.
 *
 *  npx tsx scripts/change-points.ts [series for every figure, default 1000]
 */
import { changePointsOf, minSegment } from '../src/statistics/change-points.ts';
import { createRandom } from '../src/statistics/random.ts';
import { type Noise, noises } from './noise.ts';

/** The standard deviation of a run's time from the level, as a fraction. */
const spread = 0.02;

/** A change by so many spreads, before the run of that index. */
interface Step {
  readonly at: number;
  readonly size: number;
}

/** The runs before which changes are told in simulated series. */
function* told(length: number, noise: Noise, { at, size }: Step): Generator<number[]> {
  const random = createRandom(length * 100 + size);
  for (let trial = 0; trial < trials; trial++) {
    const times = noise(length, random).map((each, index) =>
      Math.exp(spread * (each + (index >= at ? size : 0))),
    );
    yield changePointsOf(times, { threshold: 0 }).map((change) => change.at);
  }
}

const trials = Number(process.argv[2] ?? 1000);
const lengths = [6, 8, 10, 13, 14, 20, 30, 50, 100];
const percent = (count: number) => `${((100 * count) / trials).toFixed(1)} %`.padStart(7);

console.log(`series of which a change is told though there is none, nominally 1.0 %, of ${trials} each`);
console.log(`${'runs'.padEnd(14)} ${lengths.map((length) => String(length).padStart(7)).join('  ')}`);
for (const [name, noise] of Object.entries(noises)) {
  const cells = lengths.map((length) => {
    const falsePositives = [...told(length, noise, { at: 0, size: 0 })].filter(
      (changes) => changes.length > 0,
    );
    return percent(falsePositives.length);
  });
  console.log(`${name.padEnd(14)} ${cells.join('  ')}`);
}

const sizes = [2, 3, 5, 10];
console.log(
  '\nseries of which a change of so many spreads is told; in brackets: as before the right run, or the one beside it',
);
console.log(`${'runs, change'.padEnd(20)} ${sizes.map((size) => String(size).padStart(17)).join('  ')}`);
for (const length of [6, 10, 14, 20, 30, 50]) {
  const places = { 'in the middle': length >> 1, [`${minSegment} runs ago`]: length - minSegment };
  for (const [name, at] of Object.entries(places)) {
    if (name !== 'in the middle' && at === length >> 1) continue;
    const cells = sizes.map((size) => {
      const all = [...told(length, noises.normal, { at, size })];
      const found = all.filter((changes) => changes.length > 0).length;
      const dated = all.filter((changes) => changes.some((each) => Math.abs(each - at) <= 1)).length;
      return `${percent(found)} (${percent(dated)})`;
    });
    console.log(`${`${length}, ${name}`.padEnd(20)} ${cells.join('  ')}`);
  }
}
