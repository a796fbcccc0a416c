import { comparableRuns, levelOf, minLevelRuns } from '../comparison/level.ts';
import { documentPaths } from '../results/baselines.ts';
import type { ResultDocument } from '../results/document.ts';
import { loadDocument } from '../results/file.ts';
import { loadHistory } from '../results/history.ts';
import { historyFolder } from '../results/history-folder.ts';
import { RequestError } from '../system/errors.ts';

/**
 * What `--baseline` takes for the level of the recorded runs; `history=<folder>` for those of another folder.
 */
const historyWord = 'history';

/**
 * The runs that `--baseline` names: a document, those of a baseline of several runs, or the level of the
 * history, in one document that stands for its runs. `like` is what this run's document will say of it.
 * Throws a RequestError or a DocumentError.
 */
export function readBaseline(
  given: string,
  like: ResultDocument,
  ids: readonly string[],
): readonly ResultDocument[] {
  const [word, ...rest] = given.split('=');
  if (word !== historyWord) return documentPaths(given).map(loadDocument);
  const folder = rest.length === 0 ? historyFolder : rest.join('=');
  const { documents, damaged } = loadHistory(folder);
  for (const { message } of damaged) console.error(`mapbench: left out: ${message}`);
  const runs = comparableRuns(documents, like, ids);
  if (runs.length < minLevelRuns) throw new RequestError(tooFew(folder, documents.length, runs.length));
  return [levelOf(runs)];
}

function tooFew(folder: string, recorded: number, comparable: number): string {
  const others = recorded - comparable;
  const more = others === 0 ? '' : ` (${others} more are of another host, kernel, setting or case)`;
  return `--baseline ${historyWord}: ${folder} has ${comparable} runs that this one can be held against${more}, and ${minLevelRuns} are needed; 'mapbench run --record' adds one`;
}
