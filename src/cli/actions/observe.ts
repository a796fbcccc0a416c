import { type NamedDocument, unitOfAll } from '../../comparison/matrix.ts';
import { costOf, pricedSize, type RegionCost } from '../../observe/cost.ts';
import { existingOf } from '../../observe/existing.ts';
import { Follower } from '../../observe/follow.ts';
import { type Observation, observationSchemaName, type Region } from '../../observe/observation.ts';
import { traceByPerf, whyNotPerf } from '../../observe/perf.ts';
import { checkCommand, runToEnd } from '../../observe/run-to-end.ts';
import { howToInstall, straceVersion, traceByStrace } from '../../observe/strace.ts';
import { summaryOf } from '../../observe/summary.ts';
import type { Subject, TracerName, TraceSubject } from '../../observe/tracer.ts';
import { renderObservation } from '../../report/terminal/observation.ts';
import { documentPath } from '../../results/baselines.ts';
import { loadDocument, saveText } from '../../results/file.ts';
import type { KnownStrategy } from '../../runner/plan.ts';
import { selectStrategies } from '../../runner/select.ts';
import { MapbenchError, RequestError } from '../../system/errors.ts';
import { hostFacts } from '../../system/host.ts';
import { pageSize } from '../../system/memory.ts';
import { version } from '../../system/version.ts';
import { exitStatusOf } from '../exit.ts';
import { type Interruption, onInterrupt } from '../interrupt.ts';
import { checkOutput, Outputs } from '../output.ts';
import { printReport } from '../terminal.ts';
import { quickRun } from './quick-run.ts';

/** The options of `mapbench observe` as commander gives them. */
export interface ObserveArguments {
  readonly pid?: number;
  /** Milliseconds. */
  readonly time?: number;
  readonly tracer?: TracerName;
  readonly baseline?: boolean;
  readonly from?: readonly string[];
  readonly cost: boolean;
  readonly output?: string;
  readonly known?: readonly KnownStrategy[];
  readonly color: boolean;
}

/** Observes a command or a process, prints what its code was loaded by, and returns the exit status. */
export async function observe(words: readonly string[], given: ObserveArguments): Promise<number> {
  const subject = subjectOf(words, given);
  const strategies = await selectStrategies(['@all'], given.known);
  const saved = (given.from ?? []).map((name) => ({ name, document: loadDocument(documentPath(name)) }));
  if (saved.length > 0 && unitOfAll(saved) !== 'ns/iter')
    throw new RequestError('--from needs times; the documents hold instructions');
  if (given.output !== undefined) checkOutput(given.output);
  using interruption = onInterrupt();
  const observation = await observed(subject, strategies, given, interruption);
  const outputs = new Outputs();
  const { output } = given;
  if (output !== undefined)
    outputs.write(() => saveText(output, `${JSON.stringify(observation, null, 1)}\n`));
  const costs = await costsOf(observation, strategies, saved, given, interruption.signal);
  printReport(given.color, (terminal) => renderObservation({ observation, costs }, terminal), process.stderr);
  const isUnwritten = outputs.reportProblems();
  const ended = exitStatusOf({ interrupted: interruption.status(), unwritten: isUnwritten });
  // As strace(1) and perf(1) end: a script sees what it would see without them.
  return observation.status !== undefined && observation.status !== 0 ? observation.status : ended;
}

function subjectOf(words: readonly string[], { pid, time, baseline = false }: ObserveArguments): Subject {
  const [program, ...parameters] = words;
  if (pid !== undefined) {
    if (program !== undefined)
      throw new RequestError(`--pid ${pid} and the command ${program}: give one of them`);
    if (baseline)
      throw new RequestError('--baseline runs a command once more; a process with --pid cannot be');
    return { kind: 'process', pid, ...(time !== undefined && { time }) };
  }
  if (program === undefined)
    throw new RequestError('observe needs a command, as observe -- node server.js, or --pid <n>');
  if (time !== undefined) throw new RequestError('--time is for --pid: a command is observed to its end');
  checkCommand(program);
  return { kind: 'command', words: [program, ...parameters] };
}

/**
 * The tracer that is asked for; without a wish perf, which disturbs less, where it can, and strace otherwise.
 */
function tracerOf(name: TracerName | undefined): TraceSubject {
  if (name !== undefined) return name === 'perf' ? traceByPerf : traceByStrace;
  const reason = whyNotPerf();
  if (reason === undefined) return traceByPerf;
  if (straceVersion() !== undefined) return traceByStrace;
  throw new MapbenchError('unavailable', `${reason}, and strace is not installed: ${howToInstall}`);
}

async function observed(
  subject: Subject,
  strategies: readonly KnownStrategy[],
  { baseline: isCompared = false, tracer }: ObserveArguments,
  { signal }: Interruption,
): Promise<Observation> {
  const bytes = pageSize();
  const follower = new Follower(bytes);
  if (subject.kind === 'process') follower.begin(subject.pid, existingOf(subject.pid));
  const trace = await tracerOf(tracer)(subject, (event) => follower.event(event), signal);
  const seen = follower.end();
  // A tracer may take seconds to begin and to end, which slow nothing down.
  const elapsed = subject.kind === 'command' ? seen.span : trace.elapsed;
  const baseline =
    isCompared && subject.kind === 'command' && !signal.aborted
      ? await runToEnd(subject.words, { signal, isSilent: true })
      : undefined;
  const summary = summaryOf(seen, {
    strategies: strategies.map(({ strategy }) => strategy),
    pageSize: bytes,
    seconds: baseline?.elapsed ?? elapsed,
  });
  return {
    schema: observationSchemaName,
    tool: { name: 'mapbench', version: version() },
    createdAt: new Date().toISOString(),
    host: { ...hostFacts() },
    ...(subject.kind === 'command' ? { command: [...subject.words] } : { pid: subject.pid }),
    tracer: trace.tracer,
    elapsed,
    ...(baseline && { baseline: baseline.elapsed }),
    ...(trace.end && { status: trace.end.status }),
    ...summary,
    notes: [...trace.notes],
  };
}

/** Regions that are priced: the others load too rarely to matter. */
const mostPriced = 2;
/** What is measured beside what was observed, where no document is given: the article's usual answers. */
const compared = ['reuse', 'memfd', 'naive', 'rwx'];

async function costsOf(
  { regions }: Observation,
  strategies: readonly KnownStrategy[],
  saved: readonly NamedDocument[],
  { cost, color }: ObserveArguments,
  signal: AbortSignal,
): Promise<ReadonlyMap<Region, RegionCost>> {
  const priced = regions.filter(({ loads }) => loads > 1).slice(0, mostPriced);
  const costs = new Map<Region, RegionCost>();
  for (const region of cost ? priced : []) {
    if (signal.aborted) break;
    const named = [region.strategies[0] ?? region.nearest?.strategy, ...compared];
    const measured = strategies.filter(({ strategy }) => named.includes(strategy.name));
    const documents =
      saved.length > 0
        ? saved
        : [await quickRun(measured, { moduleSize: pricedSize(region) }, signal, color)];
    if (signal.aborted) break;
    costs.set(
      region,
      costOf(
        region,
        documents,
        strategies.map(({ strategy }) => strategy),
        pageSize(),
      ),
    );
  }
  return costs;
}
