/**
 * Writes docs/engines.md: what engines that are installed here do with executable memory, as mapbench observe
 * sees it by strace, beside what the owners' table says that they ship. An engine that is not installed is
 * left out, with a sentence.
 *
 *  npx tsx scripts/engines.ts [file, default docs/engines.md]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBytes, formatSignificant } from '../src/format/numbers.ts';
import { callsOf, loadObservation, type Observation, type Region } from '../src/observe/observation.ts';
import { describeHost } from '../src/report/facts.ts';
import { escapeMarkdown, markdownTable } from '../src/results/export/markdown.ts';
import { owners } from '../src/strategies/owners.ts';
import type { Owner } from '../src/strategies/strategy.ts';
import { type Engine, engines } from './engines/engines.ts';
import { wrapMarkdown } from './prose/markdown.ts';

const [output = 'docs/engines.md'] = process.argv.slice(2);
const bin = join(import.meta.dirname, '../bin/mapbench.js');

/** An engine that was observed. */
interface Seen {
  readonly engine: Engine;
  readonly version: string;
  readonly observation: Observation;
}

const folder = mkdtempSync(join(tmpdir(), 'mapbench-engines-'));
const seen: Seen[] = [];
const missing: string[] = [];
for (const engine of engines) {
  const found = look(engine);
  if (found === undefined) missing.push(`${engine.name} is not installed (Debian: ${engine.debian})`);
  else seen.push(found);
}
rmSync(folder, { recursive: true });
writeFileSync(output, page());
for (const sentence of missing) console.error(sentence);
for (const each of seen) console.error(`${each.engine.name}: ${verdictOf(each)}`);

function look(engine: Engine): Seen | undefined {
  const [program, ...parameters] = engine.version;
  const asked = spawnSync(program, parameters, { encoding: 'utf8' });
  if (asked.error !== undefined || asked.status !== 0) return undefined;
  const file = join(folder, 'observed.json');
  const options = ['--tracer', 'strace', '--baseline', '--no-cost', '-o', file];
  spawnSync(process.execPath, [bin, 'observe', ...options, '--', ...engine.words], { stdio: 'ignore' });
  const version = (asked.stdout || asked.stderr).split(/\n| -- /)[0]?.trim() ?? '';
  return { engine, version, observation: loadObservation(file) };
}

/** The regions of a program that matter: those with most calls, and those that are kept, by size. */
function mainRegions({ regions }: Observation): readonly Region[] {
  return regions
    .filter((region) => region.loads > 1 || (region.state.includes('w') && region.bytes >= 32 * 1024))
    .slice(0, 3);
}

/** What the table says of a project: its strategies, with the notes. */
function claimsOf(project: string | undefined): { readonly strategy: string; readonly note?: string }[] {
  const all: [string, readonly Owner[]][] = Object.entries(owners);
  return all.flatMap(([strategy, list]) =>
    list
      .filter((owner) => owner.project === project)
      .map(({ note }) => ({ strategy, ...(note !== undefined && { note }) })),
  );
}

function verdictOf({ engine, observation }: Seen): string {
  const regions = mainRegions(observation);
  if (engine.isQuiet)
    return regions.length === 0 ? 'generates no code, as it was told' : 'generates code all the same';
  if (regions.length === 0) return 'no code was seen';
  const claims = claimsOf(engine.project);
  const claimed = claims.map(({ strategy }) => strategy);
  // Of strategies that make the same calls the first is the plainest.
  const agreed = regions.flatMap(({ strategies }) => strategies.find((name) => claimed.includes(name)) ?? []);
  const unclaimed = regions.filter(({ strategies }) => !strategies.some((name) => claimed.includes(name)));
  const sentences = [
    ...(agreed.length === 0 ? [] : [`as the table says: ${claimText(claims, new Set(agreed))}`]),
    ...unclaimed.map((region) => `not in the table: ${strategyText(region)}`),
    ...(agreed.length === 0 ? [`the table says ${claimed.join(', ') || 'nothing'}`] : []),
    ...(engine.why === undefined ? [] : [engine.why]),
  ];
  return sentences.join('; ');
}

function claimText(claims: ReturnType<typeof claimsOf>, named: ReadonlySet<string>): string {
  return claims
    .filter(({ strategy }) => named.has(strategy))
    .map(({ strategy, note }) => `${strategy}${note === undefined ? '' : ` (${note})`}`)
    .join(', ');
}

function strategyText({ strategies, nearest }: Region): string {
  if (strategies.length > 0) return strategies.join(' or ');
  return nearest === undefined
    ? 'none'
    : `none; nearest ${nearest.strategy}, but ${nearest.differences.join('; ')}`;
}

function rowsOf({ engine, observation }: Seen): string[][] {
  const regions = mainRegions(observation);
  const empty = [[engine.name, '', '', '', '', 'none']];
  const rows = regions.map((region, index) => [
    index === 0 ? engine.name : '',
    `${region.backing}${region.traits.length === 0 ? '' : `, ${region.traits.join(', ')}`}`,
    region.kind === 'kept' && region.state.includes('w') ? `${region.state}, kept` : region.steps.join(', '),
    region.loads === 0 ? 'unseen' : `${region.loads} of ${formatBytes(region.size.median)}`,
    formatBytes(region.bytes),
    strategyText(region),
  ]);
  return (rows.length === 0 ? empty : rows).map((row) => row.map(escapeMarkdown));
}

function page(): string {
  const [first] = seen;
  const host = first === undefined ? '' : describeHost(first.observation.host);
  const tables = markdownTable(
    ['engine', 'memory', 'steps of a load', 'loads', 'in all', 'strategy'],
    ['left', 'left', 'left', 'right', 'right', 'left'],
    seen.flatMap(rowsOf),
  );
  const verdicts = seen.map((each) => `- ${each.engine.name} (${each.version}): ${verdictOf(each)}.`);
  const costs = seen.map(({ engine, observation: { elapsed, baseline, calls, regions } }) => {
    const all = Object.values(calls).reduce((sum, each) => sum + each, 0);
    const onCode = regions.reduce((sum, region) => sum + callsOf(region), 0);
    const ratio = baseline === undefined ? '' : `${formatSignificant(elapsed / baseline, 3)}x`;
    return [engine.name, String(all), String(onCode), `${formatSignificant(elapsed, 3)} s`, ratio].map(
      escapeMarkdown,
    );
  });
  return wrapMarkdown(`# What engines do

Printed by \`npx tsx scripts/engines.ts\`, which has \`mapbench observe --tracer strace\` look at engines that run the small programs of scripts/engines/programs. On ${escapeMarkdown(host)}.

Every row is memory that was treated alike: what is behind it, what one load does to it, how many loads were seen, and which strategies of the catalogue make the same calls. \`rwx\` and two views that stay are written to without a call, so that their loads are unseen.

${tables}

## Beside the table of owners

The table (src/strategies/owners.ts) was read from the newest sources; these are the versions that Debian or npm had here.

${verdicts.join('\n')}
${missing.length === 0 ? '' : `\n${missing.map((sentence) => `- ${sentence}.`).join('\n')}\n`}
## What observing cost

The ratio is of the elapsed time under strace to one run without it: of one run each, so that ratios near or below 1 are noise.

${markdownTable(['engine', 'calls traced', 'on code', 'elapsed', 'with/without'], ['left', 'right', 'right', 'right', 'right'], costs)}
`);
}
