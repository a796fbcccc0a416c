import { randomInt } from 'node:crypto';
import { canDetect, type JudgedPairs, judgePairs } from '../../comparison/pairs.ts';
import { isOpenTo } from '../../comparison/verdict.ts';
import { renderPairs } from '../../report/terminal/comparison.ts';
import { saveDocument } from '../../results/file.ts';
import { pairedDocumentOf } from '../../runner/document.ts';
import { type PairedOptions, type PairedResult, runPaired } from '../../runner/paired.ts';
import { type Case, type KnownStrategy, planCases } from '../../runner/plan.ts';
import { pairedDefaults } from '../../runner/presets.ts';
import { caseOptionsOf, chooseCpu, onCommandLine } from '../../runner/request.ts';
import { selectStrategies } from '../../runner/select.ts';
import { RequestError } from '../../system/errors.ts';
import { hostFacts } from '../../system/host.ts';
import { pageSize } from '../../system/memory.ts';
import { version } from '../../system/version.ts';
import { watchConcurrentRuns } from '../concurrent-runs.ts';
import { exitStatusOf, outputAsSentences } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { caseCommand, type FailOn, requested } from '../options.ts';
import { checkOutput, Outputs } from '../output.ts';
import { printReport } from '../terminal.ts';

/** The options of `mapbench ab` as commander gives them. */
export interface AbArguments {
  /** Seconds. */
  readonly duration: number;
  /** As a fraction. */
  readonly detect: number;
  readonly time: number;
  readonly seed?: number;
  readonly cpu?: number;
  /** As a fraction. */
  readonly threshold: number;
  readonly failOn?: FailOn;
  readonly output?: string;
  readonly format: 'table' | 'json';
  readonly known?: readonly KnownStrategy[];
  readonly color: boolean;
}

/** Writing the document takes time from measuring. */
const forksPerSave = 10;

/** Measures two cases side by side, prints, and returns the exit status. */
export async function ab(a: string, b: string, given: AbArguments): Promise<number> {
  const cases = { a: await caseFrom(a, given.known), b: await caseFrom(b, given.known) };
  if (given.output !== undefined) checkOutput(given.output);
  const createdAt = new Date();
  const host = hostFacts();
  const options: PairedOptions = {
    cpu: chooseCpu(given.cpu),
    timePerFork: given.time,
    duration: given.duration * 1000,
    minForks: pairedDefaults.minForks,
    seed: given.seed ?? randomInt(2 ** 32),
  };
  const concurrent = watchConcurrentRuns();
  using interruption = onInterrupt();
  const save = (soFar: PairedResult) => {
    if (given.output === undefined) return;
    const about = { version: version(), createdAt, host, interrupted: interruption.signal.aborted };
    saveDocument(given.output, concurrent.noteIn(pairedDocumentOf(cases, soFar, options, about)));
  };
  const startedAt = performance.now();
  const result = await runPaired(cases, options, interruption.signal, {
    onFork: (soFar) => {
      concurrent.look();
      showProgress(soFar.logRatios.length, startedAt, given.duration);
      // What cannot be written now is tried again, and told of, at the end.
      if (soFar.logRatios.length % forksPerSave === 0) new Outputs().write(() => save(soFar));
    },
    isEnough: (soFar) => canDetect(soFar, given.threshold, given.detect),
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  interruption.end();
  concurrent.end();

  if (result.ended !== undefined) {
    const { side, status, reason } = result.ended;
    const name = side === undefined ? `${cases.a.id} and ${cases.b.id}` : cases[side].id;
    console.error(`mapbench: ${name}: ${status}: ${reason}`);
  }
  const outputs = new Outputs();
  outputs.write(() => save(result));
  const judged = judgePairs(result, given.threshold, given.failOn?.inconclusive);
  if (judged !== undefined && given.format === 'json') {
    const summary = { a: cases.a.id, b: cases.b.id, ...judged, logRatios: result.logRatios };
    process.stdout.write(`${JSON.stringify(summary)}\n`);
  } else if (judged !== undefined) {
    printReport(given.color, (terminal) => renderPairs(cases, judged, terminal));
  }
  if (given.failOn !== undefined && judged === undefined)
    console.error(`mapbench: --fail-on ${given.failOn.text}: nothing could be compared`);
  return exitStatusOf({
    interrupted: interruption.status(),
    failed: result.ended?.status === 'failed',
    // Of cases that cannot run here that is said, and the status tells it.
    gateFails: given.failOn !== undefined && fails(judged, given.failOn),
    unwritten: outputs.reportProblems(),
    unavailable: result.ended !== undefined,
  });
}

/** Whether B is slower, nothing was judged, or where that was asked for a slowdown is not excluded. */
function fails(judged: JudgedPairs | undefined, { inconclusive }: FailOn): boolean {
  if (judged === undefined || judged.verdict === 'regressed') return true;
  return inconclusive !== undefined && isOpenTo(judged, inconclusive);
}

/** The one case that a side's options name. */
async function caseFrom(text: string, known?: readonly KnownStrategy[]): Promise<Case> {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const side = caseCommand(`"${text}"`)
    .configureOutput(outputAsSentences)
    .exitOverride()
    .parse(words, { from: 'user' });
  const options = side.opts();
  const strategies = await selectStrategies(options.strategy ?? [], known);
  const cases = planCases(strategies, caseOptionsOf(requested(options), onCommandLine), pageSize());
  const [only] = cases;
  if (only !== undefined && cases.length === 1) return only;
  throw new RequestError(
    `"${text}" names ${cases.length} cases; name one strategy and one size, as "-s memfd --pages 4"`,
  );
}

function showProgress(forks: number, startedAt: number, duration: number): void {
  if (!process.stderr.isTTY) return;
  const left = Math.max(0, Math.ceil(duration - (performance.now() - startedAt) / 1000));
  process.stderr.write(`\r\x1b[K${forks} forks, at most ${left} s left`);
}
