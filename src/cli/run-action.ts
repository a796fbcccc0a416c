import { randomInt } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { renderRun } from '../report/table.ts';
import type { ResultDocument } from '../results/document.ts';
import { saveDocument } from '../results/file.ts';
import type { RunOptions } from '../runner/case.ts';
import { documentOf } from '../runner/document.ts';
import { planCases } from '../runner/plan.ts';
import { type CaseState, runSession } from '../runner/session.ts';
import { articleStrategies } from '../strategies/catalogue.ts';
import { hostFacts } from '../system/host.ts';
import { chooseCpu } from './cpu.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { onInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import { terminalOf } from './terminal.ts';
import { version } from './version.ts';

/** The options of `mapbench run` as commander gives them. */
export interface RunArguments extends Pick<RunOptions, 'pages' | 'engine' | 'layout' | 'forks'> {
  readonly strategy?: readonly string[];
  readonly time: number;
  readonly seed?: number;
  readonly cpu?: number;
  readonly format: 'table' | 'json';
  readonly output?: string;
  readonly color: boolean;
}

/** Measures, prints, and returns the exit status. */
export async function run(given: RunArguments): Promise<number> {
  if (given.output !== undefined) checkOutput(given.output);
  const options = runOptions(given);
  const host = hostFacts();
  const cases = planCases(options, host.pageSize);
  const createdAt = new Date();
  const describe = (states: readonly CaseState[], interrupted: boolean) =>
    documentOf(states, options, { version: version(), createdAt, host, interrupted });

  const interruption = onInterrupt();
  const progress = createProgress(process.stderr);
  const states = await runSession(cases, options, interruption.signal, {
    onFork: progress.onFork,
    onRound: (soFar) => save(describe(soFar, false), given.output),
  });
  progress.end();
  interruption.end();

  const document = describe(states, interruption.signal.aborted);
  save(document, given.output);
  print(document, given);
  return interruption.signal.aborted ? interruption.exitCode() : exitCodeOf(document);
}

function runOptions(given: RunArguments): RunOptions {
  const { pages, engine, layout, forks } = given;
  return {
    strategies: given.strategy ?? articleStrategies,
    pages,
    engine,
    layout,
    forks,
    timePerFork: given.time,
    seed: given.seed ?? randomInt(2 ** 32),
    cpu: chooseCpu(given.cpu),
  };
}

function save(document: ResultDocument, output: string | undefined): void {
  if (output !== undefined) saveDocument(output, document);
}

function print(document: ResultDocument, { format, color }: RunArguments): void {
  if (format === 'json') process.stdout.write(`${JSON.stringify(document)}\n`);
  else process.stdout.write(`${renderRun(document, terminalOf(process.stdout, color))}\n`);
}

/** Refuses a file that could not be written, before minutes are spent on measuring. */
function checkOutput(path: string): void {
  const folder = dirname(path);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new UsageError(`--output ${path}: the folder ${folder} does not exist or is not writable`);
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--output ${path}: it is a folder; name a file in it`);
  }
}

function exitCodeOf({ cases }: ResultDocument): number {
  if (cases.some(({ status }) => status === 'failed')) return exitCodes.failed;
  return cases.some(({ status }) => status === 'measured') ? exitCodes.measured : exitCodes.unavailable;
}
