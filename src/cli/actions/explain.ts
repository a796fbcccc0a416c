import { describeProgram } from '../../program/describe.ts';
import type { Layout } from '../../program/names.ts';
import { renderExplanation } from '../../report/terminal/explanation.ts';
import { saveDocument } from '../../results/file.ts';
import { documentOf } from '../../runner/document.ts';
import { Forks } from '../../runner/forks.ts';
import type { KnownStrategy } from '../../runner/plan.ts';
import { onCommandLine, planRun } from '../../runner/request.ts';
import { selectStrategy } from '../../runner/select.ts';
import { runInstrumented, runSession } from '../../runner/session.ts';
import { programOf } from '../../strategies/strategy.ts';
import { hostFacts, hostFactsFrom } from '../../system/host.ts';
import { version } from '../../system/version.ts';
import { watchConcurrentRuns } from '../concurrent-runs.ts';
import { createProgress } from '../display.ts';
import { exitStatusOf } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { checkOutput, Outputs } from '../output.ts';
import { type TargetArguments, targetOf } from '../target.ts';
import { printReport } from '../terminal.ts';

/** The options of `mapbench explain` as commander gives them. */
export interface ExplainArguments extends TargetArguments {
  readonly pages: number;
  readonly layout: Layout;
  readonly forks?: number;
  readonly time?: number;
  readonly cpu?: number;
  readonly output?: string;
  readonly verbose?: boolean;
  readonly known?: readonly KnownStrategy[];
  readonly color: boolean;
}

/** Measures one strategy in every way, prints what follows, and returns the exit status. */
export async function explain(name: string, given: ExplainArguments): Promise<number> {
  const known = await selectStrategy(name, given.known);
  const { strategy } = known;
  if (given.output !== undefined) checkOutput(given.output);
  using interruption = onInterrupt();
  const { signal } = interruption;
  await using target = await targetOf(given, signal);
  const host = target === undefined ? hostFacts() : hostFactsFrom(target.facts);
  const { layout, forks: wantedForks, time, cpu } = given;
  const request = { pages: [given.pages], layout, forks: wantedForks, time, cpu };
  const { cases, options } = planRun([known], request, onCommandLine, target);
  const createdAt = new Date();
  const concurrent = watchConcurrentRuns();
  const progress = createProgress(process.stderr);
  using forks = new Forks({ cpu: options.cpu, target });
  const states = await runSession(forks, cases, options, signal, {
    onFork: progress.onFork,
    onForkEnd: concurrent.look,
  });
  const runnable = states.every(({ ended }) => ended === undefined) ? cases : [];
  const all = { phases: true, latency: true, memory: true, events: [] };
  const instrumented = await runInstrumented(forks, runnable, all, options, signal, progress.onStep);
  progress.end();
  interruption.end();
  concurrent.end();
  const about = { version: version(), createdAt, host, interrupted: signal.aborted };
  const document = concurrent.noteIn(documentOf(states, options, about, instrumented));
  const { output } = given;
  const outputs = new Outputs();
  if (output !== undefined) outputs.write(() => saveDocument(output, document));
  const program = programOf(strategy, { pages: given.pages, pageSize: host.pageSize });
  const title = `${strategy.name}: ${strategy.summary}`;
  printReport(given.color, (terminal) =>
    renderExplanation(
      { title, listing: describeProgram(program), program, document },
      { ...terminal, verbose: given.verbose ?? false },
    ),
  );
  const [only] = document.cases;
  return exitStatusOf({
    interrupted: interruption.status(),
    failed: only === undefined || only.status === 'failed',
    unwritten: outputs.reportProblems(),
    unavailable: only?.status === 'unavailable',
  });
}
