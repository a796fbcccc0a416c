import { Chalk, type ChalkInstance } from 'chalk';
import type { MeasuredCase, ResultDocument } from '../results/document.ts';
import { columnsOf, type View } from './columns.ts';
import { renderCounters } from './counters.ts';
import { renderFacts } from './facts.ts';
import { renderLatency } from './latency.ts';
import { lightTable } from './light-table.ts';
import { renderPhases } from './phases.ts';
import { renderPlot } from './plots.ts';
import { remarksOf } from './remarks.ts';
import { renderSizes } from './sizes.ts';
import { plainText, textWidth, wrapText } from './text.ts';
import { renderThreads } from './threads.ts';
import { renderVerbose } from './verbose.ts';

/** How a report may be drawn. */
export interface RenderOptions {
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
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
const leastWidth = 40;

/** From the most that a table can tell to the least; the first that fits is drawn. */
const views: readonly View[] = [
  { times: 'full', without: [] },
  { times: 'short', without: [] },
  { times: 'short', without: ['wx'] },
  { times: 'short', without: ['wx', 'writable'] },
  { times: 'short', without: ['wx', 'writable', 'faults'] },
  { times: 'point', without: ['wx', 'writable', 'faults'] },
  { times: 'point', without: ['wx', 'writable', 'faults', 'relative'] },
];

/** A run for people: facts of the host, the table of what was measured, and what was not and why. */
export function renderRun(
  document: ResultDocument,
  { color, width: columns }: RenderOptions,
  { verbose = false, counters = false, plot = false, rows }: RunParts = {},
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const width = Math.max(columns, leastWidth);
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
