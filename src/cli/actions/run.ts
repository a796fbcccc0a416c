import { setTimeout as pause } from 'node:timers/promises';
import { differencesBetween } from '../../comparison/differences.ts';
import type { DocumentComparison } from '../../comparison/documents.ts';
import { mergedRuns } from '../../comparison/runs.ts';
import type { GateResult } from '../../gates/evaluate.ts';
import { decideGates } from '../../gates/evaluate.ts';
import { renderComparison } from '../../report/terminal/comparison.ts';
import { renderGates } from '../../report/terminal/gates.ts';
import { renderComparedPlot } from '../../report/terminal/plots.ts';
import { renderRun } from '../../report/terminal/table.ts';
import { baselineFolder, baselinePath, pathOfRun } from '../../results/baselines.ts';
import type { CaseResult, ResultDocument } from '../../results/document.ts';
import { doing, saveDocument } from '../../results/file.ts';
import { documentOf } from '../../runner/document.ts';
import type { Case, KnownStrategy, RunOptions } from '../../runner/plan.ts';
import { type EffortArguments, effort, effortOf } from '../../runner/presets.ts';
import { onCommandLine, type PlannedRun, planRun } from '../../runner/request.ts';
import { type RunEvents, runCases } from '../../runner/run.ts';
import { selectStrategies } from '../../runner/select.ts';
import { minForks } from '../../statistics/change.ts';
import { articleStrategies } from '../../strategies/catalogue.ts';
import { RequestError } from '../../system/errors.ts';
import { hostFacts } from '../../system/host.ts';
import { makeFolder } from '../../system/replace-file.ts';
import { version } from '../../system/version.ts';
import type { Target } from '../../target/target.ts';
import { readBaseline } from '../baseline.ts';
import { watchConcurrentRuns } from '../concurrent-runs.ts';
import { createPace, createRunDisplay } from '../display.ts';
import { exitStatusOf } from '../exit.ts';
import { type GateArguments, readGates } from '../gates.ts';
import { onInterrupt } from '../interrupt.ts';
import { type CaseArguments, type ExportTarget, requested } from '../options.ts';
import {
  checkExports,
  checkOutput,
  Outputs,
  type RecordArgument,
  record,
  recordingOf,
  withCommit,
  writeExports,
} from '../output.ts';
import { type TargetArguments, targetOf } from '../target.ts';
import { printReport } from '../terminal.ts';
import { startTuning, untuned, warnOfLeftSettings, wishesOf, withTuning } from '../tuning.ts';
import {
  type CompareArguments,
  compareAsAsked,
  failsOn,
  oldAndNew,
  refuseIfStrict,
  warnOfDifferences,
} from './compare.ts';

/** The options of `mapbench run` as commander gives them. */
export interface RunArguments
  extends CaseArguments,
    EffortArguments,
    TargetArguments,
    GateArguments,
    Pick<CompareArguments, 'threshold' | 'failOn' | 'relativeTo'> {
  /** Seconds. */
  readonly maxTime: number;
  /** Seconds. */
  readonly forkTimeout?: number;
  readonly phases?: boolean;
  readonly latency?: boolean;
  readonly memory?: boolean;
  readonly event?: readonly string[];
  readonly counters?: boolean;
  readonly plot?: boolean;
  readonly verbose?: boolean;
  readonly seed?: number;
  readonly cpu?: number;
  readonly tune?: boolean;
  readonly format: 'table' | 'json';
  readonly output?: string;
  readonly saveBaseline?: string;
  readonly record?: RecordArgument;
  readonly baseline?: string;
  readonly runs?: number;
  /** Milliseconds from the first run's start to the last one's. */
  readonly spread?: number;
  readonly label?: Readonly<Record<string, string>>;
  readonly export?: readonly ExportTarget[];
  readonly known?: readonly KnownStrategy[];
  readonly color: boolean;
}

/** Measures, prints, and returns the exit status. */
export async function run(given: RunArguments): Promise<number> {
  const strategies = await selectStrategies(given.strategy ?? articleStrategies, given.known);
  using interruption = onInterrupt();
  await using target = await targetOf(given, interruption.signal);
  const standard = target?.metric === 'instructions' ? effort.counted : effort.default;
  const request = { ...requested(given), ...effortOf(given, standard) };
  const { cases, options, instruments } = planRun(strategies, request, onCommandLine, target);
  if (given.tune && target !== undefined)
    throw new RequestError('--tune changes settings of this machine, which is not the target; leave one out');
  // Whatever can be refused is refused before minutes are spent on measuring.
  const runs = given.runs ?? 1;
  const files = outputFiles(given);
  for (const file of files) checkOutput(pathOfRun(file, runs, runs));
  const exportTargets = given.export ?? [];
  checkExports(exportTargets);
  const ids = cases.map(({ id }) => id);
  const baseline = baselineOf(given, planned(options), ids);
  if (baseline !== undefined) refuseIfStrict(differencesBetween(baseline, [planned(options)]), given);
  if (baseline !== undefined && given.failOn !== undefined)
    refuseToCompareNothing(baseline, cases, options, runs);
  const gates = readGates(given, { cases, events: given.event ?? [], baseline: baseline?.[0] });
  const recording = recordingOf(given.record);

  const outputs = new Outputs();
  const documents: ResultDocument[] = [];
  const { signal } = interruption;
  warnOfLeftSettings();
  const tuned = given.tune
    ? await startTuning(wishesOf(cases, options.cpu), 'mapbench run --tune ...')
    : untuned;
  try {
    for await (const run of inTurn(runs, given.spread ?? 0, signal)) {
      const paths = files.map((file) => pathOfRun(file, run, runs));
      const ofRun = { ...options, seed: (options.seed + run - 1) % 2 ** 32 };
      const document = await measureRun(
        { cases, options: ofRun, instruments },
        paths,
        given,
        { signal, target },
        (measured) => withLabels(withTuning(withCommit(measured, recording), tuned), given.label),
      );
      outputs.write(() => saveAll(paths, document));
      if (recording !== undefined) outputs.write(() => record(document, recording));
      documents.push(document);
    }
  } finally {
    await tuned.end();
  }
  interruption.end();

  const document = documents.length === 1 ? (documents[0] as ResultDocument) : mergedRuns(documents);
  if (baseline !== undefined) warnOfDifferences(baseline, documents);
  const comparison = baseline && compareAsAsked(baseline, documents, given);
  const results = decideGates(gates, document, comparison?.cases ?? [], given.strict);
  print(documents, document, { baseline, comparison, gates: results }, given);
  writeExports(document, exportTargets, outputs, results);
  return exitStatusOf({
    interrupted: interruption.status(),
    failed: documents.some((each) => each.cases.some(({ status }) => status === 'failed')),
    gateFails:
      results.some(({ outcome }) => outcome === 'fails') ||
      (comparison !== undefined && failsOn(comparison, { ...given, strict: false })),
    unwritten: outputs.reportProblems(),
    unavailable: !document.cases.some(({ status }) => status === 'measured'),
  });
}

/**
 * The numbers of runs from 1 on, each when it is its turn: their starts are spread over so many milliseconds.
 */
async function* inTurn(runs: number, spread: number, signal: AbortSignal): AsyncGenerator<number> {
  const start = Date.now();
  for (let run = 1; run <= runs; run++) {
    const wait = runs === 1 ? 0 : start + (spread * (run - 1)) / (runs - 1) - Date.now();
    // An interrupted run is printed as it is, and the first is always begun.
    if (run > 1 && wait > 0) await pause(wait, undefined, { signal }).catch(() => {});
    if (run > 1 && signal.aborted) return;
    if (runs > 1) console.error(`mapbench: run ${run} of ${runs}`);
    yield run;
  }
}

/** Measures once, shows how it goes, and keeps what there is in the files now and then. */
async function measureRun(
  { cases, options, instruments }: PlannedRun,
  paths: readonly string[],
  { color }: RunArguments,
  { signal, target }: { readonly signal: AbortSignal; readonly target: Target | undefined },
  complete: (measured: ResultDocument) => ResultDocument,
): Promise<ResultDocument> {
  const concurrent = watchConcurrentRuns();
  const ids = cases.map(({ id }) => id);
  const unit = options.metric === 'instructions' ? 'instructions/iter' : 'ns/iter';
  const progress = await createRunDisplay(process.stderr, ids, color, unit);
  const saveNowAndThen = createPace({ short: 20 });
  const events: RunEvents = {
    onFork: progress.onFork,
    onForkEnd: (state) => {
      concurrent.look();
      progress.onForkEnd(state);
    },
    onRound: (soFar) => {
      // What cannot be written now is tried again, and told of, at the end.
      if (paths.length > 0)
        saveNowAndThen(() => new Outputs().write(() => saveAll(paths, concurrent.noteIn(soFar()))));
      progress.onRound(soFar);
    },
    onInstrument: progress.onStep,
  };
  const measured = await runCases(cases, options, instruments, signal, events, target);
  progress.end();
  concurrent.end();
  return concurrent.noteIn(complete(measured));
}

function saveAll(paths: readonly string[], document: ResultDocument): void {
  for (const path of paths) saveDocument(path, document);
}

function withLabels(
  document: ResultDocument,
  labels: Readonly<Record<string, string>> | undefined,
): ResultDocument {
  return labels === undefined ? document : { ...document, labels: { ...labels } };
}

/** Refuses a gate on changes of which none can be told, before minutes are spent. */
function refuseToCompareNothing(
  baseline: readonly ResultDocument[],
  cases: readonly Case[],
  { forks }: RunOptions,
  runs: number,
): void {
  const isByRuns = runs > 1 || baseline.length > 1 || baseline[0]?.options.runs !== undefined;
  if (forks < minForks && !isByRuns)
    throw new RequestError(
      `--fail-on needs --forks ${minForks} or more: ${forks} tells nothing of other processes`,
    );
  const ids = new Set(cases.map(({ id }) => id));
  const isComparable = (each: CaseResult) =>
    ids.has(each.id) && each.status === 'measured' && (isByRuns || each.forks.length >= minForks);
  if (!baseline.some((document) => document.cases.some(isComparable)))
    throw new RequestError(
      `--fail-on: the baseline has none of the cases that are asked for, as ${cases[0]?.id}`,
    );
}

/** What a document will say of its run, before there is any case. */
function planned(options: RunOptions): ResultDocument {
  return documentOf([], options, {
    version: version(),
    createdAt: new Date(),
    host: hostFacts(),
    interrupted: false,
  });
}

/** The files that the document goes to. The folder of baselines is made where it is missing. */
function outputFiles({ output, saveBaseline }: RunArguments): string[] {
  if (saveBaseline !== undefined)
    doing('write', baselinePath(saveBaseline), () => makeFolder(baselineFolder));
  return [
    ...(output === undefined ? [] : [output]),
    ...(saveBaseline === undefined ? [] : [baselinePath(saveBaseline)]),
  ];
}

/** What this run is to be compared with, if that was asked for. */
function baselineOf({ baseline, failOn }: RunArguments, like: ResultDocument, ids: readonly string[]) {
  if (baseline !== undefined) return readBaseline(baseline, like, ids);
  if (failOn !== undefined)
    throw new RequestError(`--fail-on ${failOn.text} needs a --baseline to compare with`);
  return undefined;
}

/** What a document was held against. */
interface Judgement {
  readonly baseline: readonly ResultDocument[] | undefined;
  readonly comparison: DocumentComparison | undefined;
  readonly gates: readonly GateResult[];
}

function print(
  documents: readonly ResultDocument[],
  document: ResultDocument,
  { baseline, comparison, gates }: Judgement,
  { format, color, verbose = false, counters = false, plot = false }: RunArguments,
): void {
  if (format === 'json') {
    for (const each of documents) process.stdout.write(`${JSON.stringify(each)}\n`);
    return;
  }
  printReport(color, (terminal) => {
    const compared =
      plot && baseline !== undefined ? renderComparedPlot(oldAndNew(baseline, documents), terminal) : '';
    const parts = [renderRun(document, terminal, { verbose, counters, plot: plot && compared === '' })];
    if (comparison !== undefined) parts.push(renderComparison(comparison, terminal), compared);
    if (gates.length > 0) parts.push(renderGates(gates, terminal));
    return parts.filter((part) => part !== '').join('\n\n');
  });
}
