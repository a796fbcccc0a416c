import { Chalk, type ChalkInstance } from 'chalk';
import {
  formatBytes,
  formatPercent,
  formatRate,
  formatRatio,
  formatSignificant,
  formatTime,
} from '../../format/numbers.ts';
import { countOf, plainText, wrapText } from '../../format/text.ts';
import type { Cost, RegionCost } from '../../observe/cost.ts';
import { callsOf, type Observation, type Region } from '../../observe/observation.ts';
import { lightTable, type RenderOptions } from './light-table.ts';

/** An observation, and what it costs where that is known. */
export interface ObservationReport {
  readonly observation: Observation;
  readonly costs: ReadonlyMap<Region, RegionCost>;
}

/** Regions that are shown; the others are counted. */
const mostShown = 8;
/** Of those, the ones that are told in sentences. */
const mostTold = 3;

/** An observation for people: what was done with code, which strategy that is, and what it costs. */
export function renderObservation(
  { observation, costs }: ObservationReport,
  { color, width }: RenderOptions,
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const { regions } = observation;
  const list = (sentences: readonly string[]) =>
    sentences.map((sentence) => wrapText(`- ${sentence}`, width, '  ')).join('\n');
  const told = regions
    .slice(0, mostTold)
    .flatMap((region, index) => regionSentences(region, index + 1, costs.get(region)));
  const caveats = [...new Set([...costs.values()].flatMap((cost) => cost.caveats))];
  return [
    wrapText(headOf(observation), width),
    ...(regions.length === 0
      ? [wrapText(nothingSeen, width)]
      : [regionTable(regions.slice(0, mostShown), chalk)]),
    list([...told, ...restOf(observation), ...caveats.map(plainText), ...observation.notes.map(plainText)]),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const nothingSeen =
  'No memory became executable but what a loader mapped from files: this program generates no code, or was not seen to.';

function headOf({ elapsed, baseline, tracer, threads, calls }: Observation): string {
  const total = Object.values(calls).reduce((sum, each) => sum + each, 0);
  const slowdown =
    baseline === undefined || baseline === 0
      ? ''
      : `, ${formatRatio(elapsed / baseline)} of the ${seconds(baseline)} without it`;
  return plainText(
    `${seconds(elapsed)} under ${tracer}${slowdown}; ${countOf(threads, 'thread')}; ${countOf(total, 'call')} traced`,
  );
}

function regionTable(regions: readonly Region[], chalk: ChalkInstance): string {
  const column = (
    head: string,
    align: 'left' | 'right',
    cell: (region: Region, index: number) => string,
  ) => ({
    ...{ head, align },
    cells: regions.map((region, index) => plainText(cell(region, index))),
  });
  return lightTable(
    [
      column('', 'right', (_, index) => String(index + 1)),
      column('memory', 'left', (region) => region.backing),
      column('mappings', 'right', ({ memories }) => String(memories)),
      column('in all', 'right', ({ bytes }) => formatBytes(bytes)),
      column('loads', 'right', ({ loads }) => (loads === 0 ? 'unseen' : String(loads))),
      column('a second', 'right', ({ loads, loadsPerSecond }) =>
        loads === 0 ? '' : formatSignificant(loadsPerSecond, 3),
      ),
      column('size', 'right', ({ size }) => formatBytes(size.median)),
      column('threads', 'right', (region) => String(region.threads)),
      column('strategy', 'left', strategyText),
    ],
    chalk,
  );
}

/** Names that fit a column. */
function strategyText({ strategies, nearest }: Region): string {
  const [first, ...others] = strategies;
  if (first === undefined) return nearest === undefined ? 'none' : `none; nearest ${nearest.strategy}`;
  return others.length === 0 ? first : `${first} (or ${others.length} more)`;
}

const kinds = {
  repeated: 'each load is',
  fresh: 'each load has pages of its own:',
  kept: 'mapped once and kept:',
} as const;

function regionSentences(region: Region, number: number, cost: RegionCost | undefined): string[] {
  const { kind, steps, state, origin, traits, size, calls, writableFraction, sample, path } = region;
  const what =
    kind === 'kept' && state.includes('w') ? `${kinds.kept} ${state}` : `${kinds[kind]} ${steps.join(', ')}`;
  const before = origin.length === 0 ? '' : `, after ${origin.join(', ')}`;
  const extras = traits.length === 0 ? '' : `, with ${traits.join(', ')}`;
  const file = path === '' ? '' : ` of ${path}`;
  const counted = Object.entries(calls).map(([name, count]) => `${name} ${count}`);
  const window =
    kind === 'kept' ? '' : `; writable for ${formatPercent(writableFraction)} of the time of loads`;
  const sentences = [
    `${number}: ${region.backing}${file}${extras}; ${what}${before}; ${counted.join(', ')}; largest ${formatBytes(size.largest)}${window}`,
    `${number} is ${verdictOf(region)}${sample.length === 0 ? '' : `; as ${sample.slice(0, 6).join('; ')}`}`,
  ];
  if (cost !== undefined) sentences.push(...costSentences(region, number, cost));
  return sentences.map(plainText);
}

function verdictOf({ strategies, nearest }: Region): string {
  if (strategies.length > 1) return `${strategies.join(' or ')}: they make the same calls`;
  const [only] = strategies;
  if (only !== undefined) return only;
  if (nearest === undefined) return 'none of the catalogue';
  return `none of the catalogue; the nearest is ${nearest.strategy}, but ${nearest.differences.join('; ')}`;
}

function costSentences({ loadsPerSecond }: Region, number: number, { own, others }: RegionCost): string[] {
  const rate = formatRate(loadsPerSecond);
  const alternatives = others.map((each) => `${each.candidate.facts.name} ${share(each)}`).join(', ');
  const instead = alternatives === '' ? '' : `; as many loads by ${alternatives}`;
  if (own === undefined) return [`${number}: what it does was not measured${instead}`];
  const { id, estimate } = own.candidate.case;
  return [
    `${number} costs ${rate} × ${formatTime(estimate.point)} = ${share(own)} (${id} in ${own.candidate.document})${instead}`,
  ];
}

function share({ cpuFraction }: Cost): string {
  return `${cpuFraction < 0.0001 ? '<0.01 %' : formatPercent(cpuFraction)} of one CPU`;
}

function restOf({ regions, loader, failedCalls, status }: Observation): string[] {
  const more = regions.slice(mostShown);
  const calls = more.reduce((sum, region) => sum + callsOf(region), 0);
  const failed = Object.entries(failedCalls).filter(([name]) =>
    /^(mmap|mprotect|pkey_mprotect|mremap)$/.test(name),
  );
  return [
    ...(more.length === 0
      ? []
      : [
          `${countOf(more.length, 'region')} more, of ${countOf(calls, 'call')} together: -o <file> has them`,
        ]),
    ...(loader.mappings === 0
      ? []
      : [
          `not counted: ${countOf(loader.mappings, 'executable mapping')} of ${countOf(loader.files, 'file')} that a loader made (${formatBytes(loader.bytes)})`,
        ]),
    ...failed.map(([name, count]) => `${name} failed ${count === 1 ? 'once' : `${count} times`}`),
    ...(status === undefined || status === 0 ? [] : [`the command exited with ${status}`]),
  ];
}

function seconds(value: number): string {
  return `${formatSignificant(value, 3)} s`;
}
