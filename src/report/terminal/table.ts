import { Chalk, type ChalkInstance } from 'chalk';
import {
  cheapestWords,
  costNames,
  formatCount,
  formatPercent,
  formatRatio,
  formatRatioInterval,
} from '../../format/numbers.ts';
import { plainText, textWidth, wrapText } from '../../format/text.ts';
import { costUnitOf, type MeasuredCase, type ResultDocument } from '../../results/document.ts';
import { areAllAlone, standings } from '../../results/ratios.ts';
import { differingSettings, renderFacts, settings } from '../facts.ts';
import { renderCounters } from './counters.ts';
import { renderEvents } from './events.ts';
import { renderLatency, renderPhases, renderVerbose } from './instruments.ts';
import {
  type Column,
  formatIntervals,
  type IntervalForm,
  lightTable,
  type RenderOptions,
} from './light-table.ts';
import { renderMemory } from './memory.ts';
import { renderPlot } from './plots.ts';
import { remarksOf } from './remarks.ts';
import { renderSizes } from './sizes.ts';
import { renderThreads } from './threads.ts';

/** How much a table of cases tells. */
interface View {
  readonly times: IntervalForm;
  /** Whether ratios have their intervals. */
  readonly ratios: 'interval' | 'point';
  readonly without: readonly OptionalColumn[];
}

/** Columns that a narrow table can do without. */
type OptionalColumn = 'relative' | 'kernel' | 'faults' | 'wx' | 'writable';

/** The columns of a table of cases. */
function columnsOf(
  cases: readonly MeasuredCase[],
  { times, ratios, without }: View,
  chalk: ChalkInstance,
): Column[] {
  const estimates = cases.map(({ estimate }) => estimate);
  const optional: Record<OptionalColumn, Column | undefined> = {
    relative: relativeColumn(cases, ratios, chalk),
    kernel: kernelColumn(cases),
    faults: faultsColumn(cases, times === 'full' ? 'faults/iter' : 'faults'),
    wx: { head: 'W^X', align: 'left', cells: cases.map(({ wx }) => wx) },
    writable: writableColumn(cases),
  };
  const names = ['relative', 'kernel', 'faults', 'wx', 'writable'] as const;
  return [
    { head: 'strategy', align: 'left', cells: cases.map(({ strategy }) => plainText(strategy)) },
    ...settingColumns(cases),
    {
      head: `${costNames[costUnitOf(cases)]}/iteration`,
      align: 'right',
      cells: formatIntervals(estimates, times, chalk),
    },
    ...names.filter((name) => !without.includes(name)).flatMap((name) => optional[name] ?? []),
  ];
}

function settingColumns(cases: readonly MeasuredCase[]): Column[] {
  return differingSettings(cases).map((name) => ({
    head: name,
    align: settings[name],
    cells: cases.map((each) => plainText(String(each[name] ?? '?'))),
  }));
}

function relativeColumn(
  cases: readonly MeasuredCase[],
  form: View['ratios'],
  chalk: ChalkInstance,
): Column | undefined {
  if (areAllAlone(cases)) return undefined;
  const cells = standings(cases).map(({ cheapest, ratio, isTied }, index) => {
    if (cases[index] !== cheapest)
      return form === 'interval' ? formatRatioInterval(ratio) : formatRatio(ratio.point);
    // Of a tie nobody knows which is the cheapest.
    return isTied ? formatRatio(1) : chalk.green(cheapestWords[costUnitOf(cases)]);
  });
  return { head: 'relative', align: 'right', cells };
}

/** Of instructions, the fraction that is not in user mode. */
function kernelColumn(cases: readonly MeasuredCase[]): Column | undefined {
  const inUserMode = cases.map(({ counters }) => counters?.perIteration?.['instructions-user']);
  if (inUserMode.every((count) => count === undefined)) return undefined;
  const cells = cases.map(({ estimate }, index) => {
    const user = inUserMode[index];
    return user === undefined ? '?' : formatPercent(Math.max(0, 1 - user / estimate.point));
  });
  return { head: 'in kernel', align: 'right', cells };
}

function writableColumn(cases: readonly MeasuredCase[]): Column | undefined {
  if (cases.every(({ phases }) => phases === undefined)) return undefined;
  return { head: 'writable', align: 'left', cells: cases.map(writableCell) };
}

/**
 * For what fraction of an iteration the module can be written, and through what it can be run meanwhile; `?`
 * if not known.
 */
export function writableCell({ phases }: MeasuredCase): string {
  if (phases?.writeWindow === undefined) return '?';
  const words = { 'same mapping': ', itself', alias: ', alias', no: '' } as const;
  const { share: fraction, executable } = phases.writeWindow;
  return `${(fraction * 100).toFixed(0)} %${fraction > 0 ? words[executable] : ''}`;
}

/** Minor and major page faults an iteration. */
function faultsColumn(cases: readonly MeasuredCase[], head: string): Column | undefined {
  if (cases.every(({ counters }) => counters === undefined)) return undefined;
  const cells = cases.map(({ counters }) =>
    counters === undefined
      ? '?'
      : formatCount(counters.minorFaultsPerIteration + counters.majorFaultsPerIteration),
  );
  return { head, align: 'right', cells };
}

/** What a run shows beside what is always there. */
export interface RunParts {
  readonly verbose?: boolean;
  readonly counters?: boolean;
  readonly plot?: boolean;
  /** At most so many rows of a histogram, and no more than a screen shows of the rest. */
  readonly rows?: number;
}

/** Columns that are always there, whatever the terminal says. */
const minWidth = 40;

/** From the most that a table can tell to the least; the first that fits is drawn. */
const views: readonly View[] = [
  { times: 'full', ratios: 'interval', without: [] },
  { times: 'short', ratios: 'interval', without: [] },
  { times: 'short', ratios: 'point', without: [] },
  { times: 'short', ratios: 'point', without: ['wx'] },
  { times: 'short', ratios: 'point', without: ['wx', 'writable'] },
  { times: 'short', ratios: 'point', without: ['wx', 'writable', 'faults'] },
  { times: 'short', ratios: 'point', without: ['wx', 'writable', 'faults', 'kernel'] },
  { times: 'point', ratios: 'point', without: ['wx', 'writable', 'faults', 'kernel'] },
  { times: 'point', ratios: 'point', without: ['wx', 'writable', 'faults', 'kernel', 'relative'] },
];

/** A run for people: facts of the host, the table of what was measured, and what was not and why. */
export function renderRun(
  document: ResultDocument,
  { color, width: columns }: RenderOptions,
  { verbose = false, counters = false, plot = false, rows }: RunParts = {},
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const width = Math.max(columns, minWidth);
  const cases = document.cases.filter((each) => each.status === 'measured');
  const notes = document.host.notes;
  const paragraphs = [
    renderFacts(document, width),
    ...(notes === undefined ? [] : [wrapText(plainText(notes), width)]),
    ...(cases.length === 0 ? [] : [fittingTable(cases, width, chalk)]),
    ...(plot ? [renderPlot(cases, { width, color })] : []),
    renderPhases(cases, chalk, { width, isBrief: rows !== undefined }),
    renderLatency(cases, chalk, { width, color, rows }),
    renderThreads(cases, chalk, width),
    renderEvents(cases, chalk, width),
    renderMemory(cases, chalk, { width, isBrief: rows !== undefined }),
    renderSizes(cases, chalk, { width, color }),
    ...(counters ? [renderCounters(cases, chalk, { width, isBrief: rows !== undefined })] : []),
    ...(verbose && cases.length > 0 ? [renderVerbose(cases, document.elapsed, chalk)] : []),
    remarksOf(document, width, chalk).join('\n'),
  ];
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}

function fittingTable(cases: readonly MeasuredCase[], width: number, chalk: ChalkInstance): string {
  let table = '';
  for (const view of views) {
    table = lightTable(columnsOf(cases, view, chalk), chalk);
    if (textWidth(table) <= width) break;
  }
  return table;
}
