import { Chalk, type ChalkInstance } from 'chalk';
import {
  minRuns,
  type Trend,
  type TrendChange,
  type TrendHost,
  type TrendPoint,
} from '../../comparison/trends.ts';
import { formatBytes, formatCost, formatP, formatSignificant } from '../../format/numbers.ts';
import { countOf, plainText, wrapText } from '../../format/text.ts';
import type { CommitFacts } from '../../results/document.ts';
import { shortCommit } from '../../results/history.ts';
import type { RenderOptions } from './light-table.ts';
import { renderTrendChart, trendLegend } from './trend-chart.ts';

/** Columns that a trend takes, whatever the terminal says. */
const minWidth = 40;

/** Trends for people: for each kind of host its cases with a chart, and what changed when. */
export function renderTrends(trends: readonly Trend[], { color, width: columns }: RenderOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const width = Math.max(columns, minWidth);
  const hosts = new Map<string, string[]>();
  for (const trend of trends) {
    const host = hostLine(trend.host);
    hosts.set(host, [...(hosts.get(host) ?? []), renderTrend(trend, width, chalk)]);
  }
  const parts = [...hosts].flatMap(([host, cases]) => [wrapText(host, width), ...cases]);
  return [...parts, ...legendOf(trends).map((line) => wrapText(line, width, '  '))].join('\n\n');
}

/** What the marks mean, and how sure changes are, where there are such. */
function legendOf(trends: readonly Trend[]): string[] {
  const has = (runs: number) => trends.some(({ points }) => points.length >= runs);
  const sureness = '; of a hundred cases without a change, one is said to have one';
  return has(2) ? [trendLegend + (has(minRuns) ? sureness : '')] : [];
}

function hostLine({ cpu, architecture, virtualisation, pageSize }: TrendHost): string {
  const facts = [
    cpu,
    architecture,
    virtualisation ?? 'no hypervisor known',
    `${formatBytes(pageSize)} pages`,
  ];
  return plainText(facts.join(', '));
}

function renderTrend(trend: Trend, width: number, chalk: ChalkInstance): string {
  const chart = trend.points.length > 1 ? [renderTrendChart(trend, width, chalk)] : [];
  const lines = [...trendLines(trend), ...kernelLines(trend).map((text) => ({ text }))];
  const painted = lines.map((line) => paint(line, wrapText(line.text, width, '   '), chalk));
  return [headOf(trend, width, chalk), ...chart, ...painted].join('\n');
}

function headOf(trend: Trend, width: number, chalk: ChalkInstance): string {
  const { id, reference, points } = trend;
  const [first, last] = [points[0] as TrendPoint, points.at(-1) as TrendPoint];
  const name = plainText(reference === undefined ? id : `${id} relative to ${reference}`);
  const value = formatValue(last.value, trend);
  const when =
    points.length === 1
      ? `1 run, ${value} at ${formatMinute(first.createdAt)} UTC`
      : `${countOf(points.length, 'run')}, ${formatMinute(first.createdAt)} to ${formatMinute(last.createdAt)} UTC, last ${value}`;
  const text = wrapText(`${name}: ${when}`, width, '   ');
  return text.startsWith(name) ? chalk.bold(name) + text.slice(name.length) : text;
}

/** A line of a trend. */
interface TrendLine {
  readonly text: string;
  /** What stands before the size of a change, and that. */
  readonly size?: { readonly before: string; readonly text: string; readonly isSlower: boolean };
}

/** What changed, a line each, or why nothing is said to have. */
export function changeLines(trend: Trend): string[] {
  return trendLines(trend).map(({ text }) => text);
}

function trendLines(trend: Trend): TrendLine[] {
  const { points, changes, gradual } = trend;
  if (points.length === 1) return [];
  if (points.length < minRuns)
    return [{ text: `changes are looked for in ${minRuns} runs or more; here: ${points.length}` }];
  if (changes.length === 0) return [{ text: 'no change found' }];
  const lines = changes.map((change, index) => changeLine(change, index + 1, trend));
  if (gradual === undefined) return lines;
  const size = formatChange(gradual.change);
  const text = `rather one slow change than levels: a line of ${size} from the first run to the last fits better`;
  return [...lines, { text }];
}

/**
 * As `1 2026-11-20 14:02: +18.3 % (p < 0.01) from 1.204 µs to 1.424 µs; between commit abc1234 and def5678`.
 */
function changeLine(change: TrendChange, number: number, trend: Trend): TrendLine {
  const { points } = trend;
  const { at, before, after, p } = change;
  const levels = `from ${formatValue(before, trend)} to ${formatValue(after, trend)}`;
  const when = formatMinute((points[at] as TrendPoint).createdAt);
  const size = {
    before: `${number} ${when}: `,
    text: formatChange(change.change),
    isSlower: change.change >= 0,
  };
  const text = `${size.before}${size.text} (${formatP(p)}) ${levels}; ${causesOf(change, points)}`;
  return { text, size };
}

/** A wrapped line with the size of its change in its colour: 40 columns hold what it begins with. */
function paint({ size }: TrendLine, wrapped: string, chalk: ChalkInstance): string {
  if (size === undefined) return wrapped;
  const { before, text, isSlower } = size;
  return `${before}${isSlower ? chalk.red(text) : chalk.green(text)}${wrapped.slice(before.length + text.length)}`;
}

/** What else changed between the last run of the old level and the first of the new one. */
function causesOf({ at, differences }: TrendChange, points: readonly TrendPoint[]): string {
  const commits = commitPhrase(points[at - 1]?.commit, points[at]?.commit);
  const facts = differences.map(({ name, old, now }) => plainText(`${name} ${old} → ${now}`));
  const phrases = [...commits, ...facts];
  return phrases.length === 0 ? 'nothing that is recorded differs between the two runs' : phrases.join(', ');
}

function commitPhrase(old: CommitFacts | undefined, now: CommitFacts | undefined): string[] {
  if (now === undefined) return [];
  const name = shortCommit(now) + (now.subject === undefined ? '' : ` "${plainText(now.subject)}"`);
  if (old === undefined) return [`at commit ${name}`];
  return old.hash === now.hash && old.dirty === now.dirty
    ? [`both at commit ${name}`]
    : [`between commit ${shortCommit(old)} and ${name}`];
}

/** Which kernel ran from when on, where there were several. */
function kernelLines({ points }: Trend): string[] {
  const changed = points.filter(({ kernel }, run) => run > 0 && kernel !== points[run - 1]?.kernel);
  if (changed.length === 0) return [];
  const later = changed.map(({ kernel, createdAt }) => `${kernel} from ${formatMinute(createdAt)} on`);
  return [plainText(`kernel ${points[0]?.kernel}, ${later.join(', ')}`)];
}

/** What a load costs, or a multiple of a reference. */
function formatValue(value: number, { unit, reference }: Pick<Trend, 'unit' | 'reference'>): string {
  return reference === undefined ? formatCost(value, unit) : `${formatSignificant(value, 4)}x`;
}

function formatChange(change: number): string {
  return `${change < 0 ? '-' : '+'}${formatSignificant(Math.abs(change) * 100, 3)} %`;
}

/** A time in UTC to the minute, as `2026-11-20 14:02`. */
function formatMinute(createdAt: string): string {
  return new Date(createdAt).toISOString().slice(0, 16).replace('T', ' ');
}
