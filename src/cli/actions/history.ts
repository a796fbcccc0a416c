import { trendsOf } from '../../comparison/trends.ts';
import { renderTrends } from '../../report/terminal/trend.ts';
import { patternOf } from '../../results/baselines.ts';
import type { ResultDocument } from '../../results/document.ts';
import { loadHistory } from '../../results/history.ts';
import { RequestError } from '../../system/errors.ts';
import { nearest } from '../../system/spelling.ts';
import { exitCodes } from '../exit.ts';
import { printReport } from '../terminal.ts';

/** The options of `mapbench history` as commander gives them. */
export interface HistoryArguments {
  readonly folder: string;
  readonly since?: Date;
  readonly metric: 'time' | 'relative';
  readonly relativeTo: string;
  /** As a fraction. */
  readonly threshold?: number;
  readonly format: 'table' | 'json';
  readonly color: boolean;
}

/**
 * Prints the trends of recorded runs, and returns the exit status. Damaged documents are named and left out.
 */
export function history(strategies: readonly string[], given: HistoryArguments): number {
  const { metric, threshold, format, color } = given;
  const relativeTo = metric === 'relative' ? given.relativeTo : undefined;
  const all = trendsOf(chosenCases(documentsOf(given), strategies, relativeTo), {
    ...(relativeTo !== undefined && { relativeTo }),
    ...(threshold !== undefined && { threshold }),
  });
  const trends = all.filter(({ strategy }) => isChosen(strategy, strategies));
  if (trends.length === 0) throw new RequestError(nothingToShow(given));
  if (format === 'json') process.stdout.write(`${JSON.stringify(trends, null, 2)}\n`);
  else printReport(color, (terminal) => renderTrends(trends, terminal));
  return exitCodes.measured;
}

/** The documents of the folder since the date. Throws a RequestError where there are none. */
function documentsOf({ folder, since }: HistoryArguments): ResultDocument[] {
  const { documents, damaged } = loadHistory(folder);
  for (const { message } of damaged) console.error(`mapbench: left out: ${message}`);
  if (documents.length === 0)
    throw new RequestError(`${folder} has no recorded runs; 'mapbench run --record' adds one`);
  const wanted = documents.filter(
    ({ createdAt }) => since === undefined || Date.parse(createdAt) >= since.getTime(),
  );
  if (wanted.length === 0)
    throw new RequestError(
      `${folder} has no runs since ${since?.toISOString()}; leave out --since to see all`,
    );
  return wanted;
}

/**
 * The documents with the cases of the strategies that are asked for, and of the reference. Throws a
 * RequestError for a word that stands for none.
 */
function chosenCases(
  documents: readonly ResultDocument[],
  words: readonly string[],
  reference: string | undefined,
): ResultDocument[] {
  const names = [...new Set(documents.flatMap(({ cases }) => cases.map(({ strategy }) => strategy)))];
  for (const word of words) {
    if (!names.some((name) => patternOf(word).test(name)))
      throw new RequestError(`no run has a strategy '${word}'; the nearest is ${nearest(word, names)}`);
  }
  const isWanted = (name: string) => name === reference || isChosen(name, words);
  return documents.map((each) => ({
    ...each,
    cases: each.cases.filter(({ strategy }) => isWanted(strategy)),
  }));
}

/** Whether a strategy is among those that words stand for; no words stand for all. */
function isChosen(name: string, words: readonly string[]): boolean {
  return words.length === 0 || words.some((word) => patternOf(word).test(name));
}

function nothingToShow({ folder, metric, relativeTo }: HistoryArguments): string {
  return metric === 'relative'
    ? `${folder} has no case that was measured beside ${relativeTo} with the same settings; choose another --relative-to`
    : `${folder} has no case that was measured; 'mapbench run --record' adds some`;
}
