import { type Advice, advise as adviseFrom } from '../../advice/advise.ts';
import { candidatesOf } from '../../advice/candidates.ts';
import { type Constraints, demandsOf, type Refusals, type WxDemand } from '../../advice/constraints.ts';
import { rowsFor } from '../../advice/rows.ts';
import { sketchInC } from '../../advice/sketch.ts';
import { type NamedDocument, unitOfAll } from '../../comparison/matrix.ts';
import { demandsOfObservation } from '../../observe/demands.ts';
import { loadObservation } from '../../observe/observation.ts';
import { renderAdvice } from '../../report/terminal/advice.ts';
import { documentPath } from '../../results/baselines.ts';
import { loadDocument } from '../../results/file.ts';
import { commonReason } from '../../results/matrix.ts';
import { loadMatrix } from '../../results/matrix-file.ts';
import { runMatrix } from '../../runner/attempts.ts';
import type { KnownStrategy } from '../../runner/plan.ts';
import { selectStrategies } from '../../runner/select.ts';
import { programOf } from '../../strategies/strategy.ts';
import { RequestError } from '../../system/errors.ts';
import type { WorkloadName } from '../../workloads/catalogue.ts';
import { exitStatusOf } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { printReport } from '../terminal.ts';
import { quickRun } from './quick-run.ts';

/** The options of `mapbench advise` as commander gives them. */
export interface AdviseArguments {
  readonly wx: WxDemand;
  readonly hugepages: boolean;
  readonly memfd: boolean;
  readonly batching?: boolean;
  readonly policy?: string;
  readonly matrix?: string;
  /** A file of `mapbench observe`: what is not given is as there. */
  readonly observed?: string;
  readonly threads?: number;
  readonly moduleSize?: number;
  readonly workload?: WorkloadName;
  readonly loadsPerSecond?: number;
  /** Bytes. */
  readonly maxMemory?: number;
  readonly sketch: boolean;
  readonly known?: readonly KnownStrategy[];
  readonly format: 'table' | 'json';
  readonly color: boolean;
}

/** Prints an advice, and returns the exit status. */
export async function advise(names: readonly string[], given: AdviseArguments): Promise<number> {
  const strategies = await selectStrategies(['@all'], given.known);
  const { constraints, observed } = constraintsWith(given);
  const saved = names.map((name) => ({ name, document: loadDocument(documentPath(name)) }));
  using interruption = onInterrupt();
  const { documents, refused } = await gather(
    saved,
    { strategies, constraints, given },
    interruption.signal,
  ).finally(interruption.end);
  if (interruption.signal.aborted) return exitStatusOf({ interrupted: interruption.status() });
  if (unitOfAll(documents) !== 'ns/iter' && constraints.loadsPerSecond !== undefined)
    throw new RequestError('--loads-per-second needs times; the documents hold instructions');
  const { rows, alone, caveats } = rowsFor(documents, constraints);
  const known = strategies.map(({ strategy }) => strategy);
  const candidates = candidatesOf(rows, known);
  if (candidates.length === 0)
    throw new RequestError('the documents hold no measured strategy of the catalogue');
  const advice = adviseFrom(candidates, constraints, { refused, alone: candidatesOf(alone, known) });
  if (advice === undefined) {
    const demands = demandsOf(constraints, refused).map(({ name }) => name);
    console.error(`mapbench: no measured strategy meets ${demands.join(' and ')}; drop one of these`);
    return exitStatusOf({ unavailable: true });
  }
  print(advice, { constraints, refused, caveats: [...observed, ...caveats], strategies }, given);
  return exitStatusOf({});
}

/** What is asked, of which strategies. */
interface Question {
  readonly strategies: readonly KnownStrategy[];
  readonly constraints: Constraints;
  readonly given: AdviseArguments;
}

/** The documents, those of a quick run where none is saved, and what the policy stops. */
async function gather(
  saved: readonly NamedDocument[],
  { strategies, constraints, given }: Question,
  signal: AbortSignal,
): Promise<{ readonly documents: readonly NamedDocument[]; readonly refused: Refusals }> {
  const { threads, moduleSize, workload, maxMemory } = constraints;
  const measured = { threads, moduleSize, workload, memory: maxMemory !== undefined };
  const documents = saved.length > 0 ? saved : [await quickRun(strategies, measured, signal, given.color)];
  return { documents, refused: await refusedUnder(strategies, given, signal) };
}

/** What is asked for: what an observation tells, where nothing else is given. */
function constraintsWith(given: AdviseArguments): {
  readonly constraints: Constraints;
  readonly observed: readonly string[];
} {
  const { observed: file, ...options } = given;
  if (file === undefined) return { constraints: constraintsOf(options), observed: [] };
  const { demands, sentence } = demandsOfObservation(loadObservation(file), file);
  return { constraints: constraintsOf({ ...demands, ...options }), observed: [sentence] };
}

function constraintsOf(given: AdviseArguments): Constraints {
  const { wx, hugepages, memfd, batching = false, policy, threads, moduleSize, workload } = given;
  if (given.matrix !== undefined && policy === undefined)
    throw new RequestError('--matrix says what runs under a --policy; give one');
  return {
    ...{ wx, hugePages: hugepages, memfd, batching },
    ...(policy !== undefined && { policy }),
    ...(threads !== undefined && { threads }),
    ...(moduleSize !== undefined && { moduleSize }),
    ...(workload !== undefined && { workload }),
    ...(given.loadsPerSecond !== undefined && { loadsPerSecond: given.loadsPerSecond }),
    ...(given.maxMemory !== undefined && { maxMemory: given.maxMemory }),
  };
}

/** Strategies that do not run under the policy, with the reason; those that were not tried, without one. */
async function refusedUnder(
  strategies: readonly KnownStrategy[],
  { policy, matrix }: AdviseArguments,
  signal: AbortSignal,
): Promise<Refusals> {
  if (policy === undefined) return new Map();
  const rows = matrix === undefined ? await runMatrix(strategies, [policy], signal) : loadMatrix(matrix).rows;
  const refused = new Map<string, string | undefined>();
  let isKnown = false;
  for (const { strategy } of strategies) {
    const cells = rows.find((row) => row.strategy === strategy.name)?.cells ?? [];
    const cell = cells.find((each) => each.policy === policy);
    if (cell !== undefined) isKnown = true;
    if (cell?.status !== 'runs') refused.set(strategy.name, cell && commonReason(cell));
  }
  if (!isKnown)
    throw new RequestError(`${matrix} has no column ${policy}; make one with mapbench matrix --policy`);
  return refused;
}

/** What an advice was made from. */
interface Basis {
  readonly constraints: Constraints;
  readonly refused: Refusals;
  readonly caveats: readonly string[];
  readonly strategies: readonly KnownStrategy[];
}

function print(
  advice: Advice,
  { constraints, refused, caveats, strategies }: Basis,
  { format, color, sketch }: AdviseArguments,
): void {
  const { choice } = advice;
  const known = strategies.find(({ strategy }) => strategy.name === choice.facts.name);
  const module = { pages: choice.case.pages ?? 4, pageSize: choice.case.pageSize };
  const report = {
    advice,
    demands: demandsOf(constraints, refused).flatMap(({ name, isImplied }) => (isImplied ? [] : name)),
    caveats,
    ...(sketch && known !== undefined && { sketch: sketchInC(programOf(known.strategy, module)) }),
  };
  if (format === 'json') process.stdout.write(`${JSON.stringify(report, withoutForks, 2)}\n`);
  else printReport(color, (terminal) => renderAdvice(report, terminal));
}

/** The samples stay in the document that a row is of. */
function withoutForks(key: string, value: unknown): unknown {
  return key === 'forks' ? undefined : value;
}
