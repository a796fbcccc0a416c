import { differencesBetween } from '../../comparison/differences.ts';
import type { DocumentComparison } from '../../comparison/documents.ts';
import type { GateResult } from '../../gates/evaluate.ts';
import { decideGates } from '../../gates/evaluate.ts';
import { renderComparison } from '../../report/terminal/comparison.ts';
import { renderGates } from '../../report/terminal/gates.ts';
import { renderComparedPlot } from '../../report/terminal/plots.ts';
import { renderRun } from '../../report/terminal/table.ts';
import { baselineFolder, baselinePath, documentPath } from '../../results/baselines.ts';
import type { CaseResult, ResultDocument } from '../../results/document.ts';
import { doing, loadDocument, saveDocument } from '../../results/file.ts';
import { documentOf } from '../../runner/document.ts';
import type { Case, KnownStrategy, RunOptions } from '../../runner/plan.ts';
import { type EffortArguments, effort, effortOf } from '../../runner/presets.ts';
import { onCommandLine, planRun } from '../../runner/request.ts';
import { type RunEvents, runCases } from '../../runner/run.ts';
import { selectStrategies } from '../../runner/select.ts';
import { minForks } from '../../statistics/change.ts';
import { articleStrategies } from '../../strategies/catalogue.ts';
import { RequestError } from '../../system/errors.ts';
import { hostFacts } from '../../system/host.ts';
import { makeFolder } from '../../system/replace-file.ts';
import { version } from '../../system/version.ts';
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
  const files = outputFiles(given);
  for (const file of files) checkOutput(file);
  const exportTargets = given.export ?? [];
  checkExports(exportTargets);
  const baseline = readBaseline(given);
  if (baseline !== undefined) refuseIfStrict(differencesBetween(baseline, planned(options)), given);
  if (baseline !== undefined && given.failOn !== undefined) refuseToCompareNothing(baseline, cases, options);
  const gates = readGates(given, cases, baseline);
  const recording = recordingOf(given.record);

  const concurrent = watchConcurrentRuns();
  const save = (document: ResultDocument) => {
    for (const file of files) saveDocument(file, document);
  };
  warnOfLeftSettings();
  const tuned = given.tune
    ? await startTuning(wishesOf(cases, options.cpu), 'mapbench run --tune ...')
    : untuned;
  const ids = cases.map(({ id }) => id);
  const progress = await createRunDisplay(
    process.stderr,
    ids,
    given.color,
    options.metric === 'instructions' ? 'instructions/iter' : 'ns/iter',
  );
  const saveNowAndThen = createPace({ short: 20 });
  const events: RunEvents = {
    onFork: progress.onFork,
    onForkEnd: (state) => {
      concurrent.look();
      progress.onForkEnd(state);
    },
    onRound: (soFar) => {
      // What cannot be written now is tried again, and told of, at the end.
      if (files.length > 0) saveNowAndThen(() => new Outputs().write(() => save(concurrent.noteIn(soFar()))));
      progress.onRound(soFar);
    },
    onInstrument: progress.onStep,
  };
  const { signal } = interruption;
  const measured = await runCases(cases, options, instruments, signal, events, target).finally(tuned.end);
  progress.end();
  interruption.end();
  concurrent.end();

  const document = concurrent.noteIn(withTuning(withCommit(measured, recording), tuned));
  const outputs = new Outputs();
  outputs.write(() => save(document));
  if (baseline !== undefined) warnOfDifferences(baseline, document);
  const comparison = baseline && compareAsAsked(baseline, document, given);
  const results = decideGates(gates, document, comparison?.cases ?? [], given.strict);
  print(document, { baseline, comparison, gates: results }, given);
  if (recording !== undefined) outputs.write(() => record(document, recording));
  writeExports(document, exportTargets, outputs, results);
  return exitStatusOf({
    interrupted: interruption.status(),
    failed: document.cases.some(({ status }) => status === 'failed'),
    gateFails:
      results.some(({ outcome }) => outcome === 'fails') ||
      (comparison !== undefined && failsOn(comparison, { ...given, strict: false })),
    unwritten: outputs.reportProblems(),
    unavailable: !document.cases.some(({ status }) => status === 'measured'),
  });
}

/** Refuses a gate on changes of which none can be told, before minutes are spent. */
function refuseToCompareNothing(
  baseline: ResultDocument,
  cases: readonly Case[],
  { forks }: RunOptions,
): void {
  if (forks < minForks)
    throw new RequestError(
      `--fail-on needs --forks ${minForks} or more: ${forks} tells nothing of other processes`,
    );
  const ids = new Set(cases.map(({ id }) => id));
  const isComparable = (each: CaseResult) =>
    ids.has(each.id) && each.status === 'measured' && each.forks.length >= minForks;
  if (!baseline.cases.some(isComparable))
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

function readBaseline({ baseline, failOn }: RunArguments): ResultDocument | undefined {
  if (baseline !== undefined) return loadDocument(documentPath(baseline));
  if (failOn !== undefined) throw new RequestError(`--fail-on ${failOn} needs a --baseline to compare with`);
  return undefined;
}

/** What a document was held against. */
interface Judgement {
  readonly baseline: ResultDocument | undefined;
  readonly comparison: DocumentComparison | undefined;
  readonly gates: readonly GateResult[];
}

function print(
  document: ResultDocument,
  { baseline, comparison, gates }: Judgement,
  { format, color, verbose = false, counters = false, plot = false }: RunArguments,
): void {
  if (format === 'json') {
    process.stdout.write(`${JSON.stringify(document)}\n`);
    return;
  }
  printReport(color, (terminal) => {
    const compared =
      plot && baseline !== undefined ? renderComparedPlot(oldAndNew(baseline, document), terminal) : '';
    const parts = [renderRun(document, terminal, { verbose, counters, plot: plot && compared === '' })];
    if (comparison !== undefined) parts.push(renderComparison(comparison, terminal), compared);
    if (gates.length > 0) parts.push(renderGates(gates, terminal));
    return parts.filter((part) => part !== '').join('\n\n');
  });
}
