import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { isRegression } from '../../comparison/documents.ts';
import { compareMany, type NamedDocument } from '../../comparison/matrix.ts';
import { isOpenTo } from '../../comparison/verdict.ts';
import { renderKernels } from '../../report/terminal/kernels.ts';
import { loadDocument, saveDocument } from '../../results/file.ts';
import { type BootsResult, type KernelToBoot, runBoots } from '../../runner/boots.ts';
import type { KnownStrategy } from '../../runner/plan.ts';
import { selectStrategies } from '../../runner/select.ts';
import { articleStrategies } from '../../strategies/catalogue.ts';
import { RequestError } from '../../system/errors.ts';
import { makeFolder } from '../../system/replace-file.ts';
import { wayTo } from '../../target/named.ts';
import type { Metric } from '../../target/names.ts';
import { Target } from '../../target/target.ts';
import { exitStatusOf, reportFailure, sentenceOf } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { type CaseArguments, type FailOn, requested } from '../options.ts';
import { checkOutputBelow, Outputs } from '../output.ts';
import { printReport } from '../terminal.ts';
import { judgedBy } from './compare.ts';

/** The options of `mapbench kernels` as commander gives them. */
export interface KernelsArguments extends CaseArguments {
  readonly boots: number;
  /** Milliseconds. */
  readonly time?: number;
  readonly metric?: Metric;
  readonly phases: boolean;
  /** As a fraction. */
  readonly threshold?: number;
  readonly failOn?: FailOn;
  /** A script that builds a kernel and prints the path of its image. */
  readonly bisect?: string;
  readonly seed?: number;
  /** A folder. */
  readonly output?: string;
  readonly format: 'table' | 'json';
  readonly known?: readonly KnownStrategy[];
  readonly color: boolean;
}

/** What `git bisect run` is told: https://git-scm.com/docs/git-bisect#_bisect_run */
const bisectCodes = { good: 0, bad: 1, skip: 125, abort: 255 } as const;

/** A kernel of the command line: booted, or measured before. */
interface NamedKernel {
  readonly name: string;
  /** A path of an image, or of a document, and kernel parameters. */
  readonly text: string;
}

/** Measures the same cases under several kernels, prints, and returns the exit status. */
export async function kernels(texts: readonly string[], given: KernelsArguments): Promise<number> {
  if (given.bisect === undefined) return compareKernels(texts.map(kernelNamed), given);
  try {
    const built = build(given.bisect);
    if (built === undefined) return bisectCodes.skip;
    return await compareKernels([...texts.map(kernelNamed), { name: 'built', text: built }], given);
  } catch (error) {
    // Any other status would call this commit bad.
    reportFailure(error);
    return bisectCodes.abort;
  }
}

/** As `p1=arch/x86/boot/bzImage`; without a name the image's own. */
function kernelNamed(text: string): NamedKernel {
  const [, name, rest] = /^([\w.-]+)=(.*)$/s.exec(text) ?? [];
  const kernel = { name: name ?? basename(text.split(' ')[0] ?? text, '.json'), text: rest ?? text };
  if (kernel.text.trim() === '') throw new RequestError(`${text}: name an image, as base=/boot/vmlinuz`);
  return kernel;
}

/** Runs the build script; its last line names the image. Undefined where it fails. */
function build(script: string): string | undefined {
  const { status, stdout, error } = spawnSync(script, {
    shell: true,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const image = stdout?.trim().split('\n').at(-1)?.trim();
  if (error === undefined && status === 0 && image) return image;
  const why = status === 0 ? 'printed no image' : `ended with ${error?.message ?? status}`;
  process.stderr.write(`mapbench: ${sentenceOf(`${script} ${why}: this commit is skipped`)}\n`);
  return undefined;
}

async function compareKernels(wanted: readonly NamedKernel[], given: KernelsArguments): Promise<number> {
  refuseSameNames(wanted);
  const strategies = await selectStrategies(given.strategy ?? articleStrategies, given.known);
  const { boots, output, metric } = given;
  if (output !== undefined) checkOutputBelow(output);
  const known = wanted.filter(({ text }) => text.endsWith('.json'));
  const loaded = known.map(({ name, text }) => ({ name, document: loadDocument(text) }));
  const toBoot = wanted
    .filter((each) => !known.includes(each))
    .map(({ name, text }): KernelToBoot => {
      const way = wayTo(`kernel=${text}`, metric);
      return { name, open: (signal) => Target.open(way, signal) };
    });
  using interruption = onInterrupt();
  const outputs = new Outputs();
  const save = (documents: readonly NamedDocument[]) => {
    if (output === undefined) return;
    outputs.write(() => {
      makeFolder(output);
      for (const { name, document } of documents) saveDocument(join(output, `${name}.json`), document);
    });
  };
  const seed = given.seed ?? Math.floor(Math.random() * 2 ** 32);
  const { phases, time } = given;
  const result = await runBoots(toBoot, {
    strategies,
    request: { ...requested(given), forks: boots, phases, seed, time },
    signal: interruption.signal,
    onBoot: (name, boot) => process.stderr.write(`mapbench: ${name}: boot ${boot} of ${boots}\n`),
    onBootEnd: save,
  });
  interruption.end();
  save(result.documents);
  const documents = wanted.flatMap(({ name }) =>
    [...loaded, ...result.documents].filter((each) => each.name === name),
  );
  const judged = print(documents, result, given);
  const isUnwritten = outputs.reportProblems();
  const status = interruption.status();
  if (given.bisect !== undefined) return status ?? bisectStatus(judged, documents, wanted.length);
  return exitStatusOf({
    interrupted: status,
    failed: documents.some(({ document }) => document.cases.some((each) => each.status === 'failed')),
    gateFails: given.failOn !== undefined && judged !== 'not regressed' && judged !== 'undecided',
    unwritten: isUnwritten,
    unavailable: result.refused.length > 0,
  });
}

function refuseSameNames(wanted: readonly NamedKernel[]): void {
  const names = wanted.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new RequestError(`two kernels are called ${twice}; name them, as ${twice}=<image> other=<image>`);
}

/** What a comparison with the first kernel comes to. */
type Judged = 'regressed' | 'not regressed' | 'undecided' | 'not excluded' | 'nothing compared';

function print(
  documents: readonly NamedDocument[],
  result: BootsResult,
  { threshold, failOn, format, color }: KernelsArguments,
): Judged {
  const { comparisons, ...matrix } = compareMany(documents, judgedBy({ threshold, failOn }));
  if (format === 'json')
    process.stdout.write(
      `${JSON.stringify({ ...result, documents, versions: Object.fromEntries(result.versions), matrix })}\n`,
    );
  else {
    const command = ['mapbench', ...process.argv.slice(2).map(quoted)].join(' ');
    printReport(color, () => renderKernels({ ...result, command, documents, matrix, comparisons }));
  }
  const compared = comparisons.flatMap(({ comparison }) => comparison.cases);
  if (compared.length === 0) return 'nothing compared';
  if (compared.some(isRegression)) return 'regressed';
  const size = failOn?.inconclusive;
  if (size !== undefined && compared.some((each) => isOpenTo(each, size))) return 'not excluded';
  // Too large to be called good, and not sure enough to be called bad.
  const isOpen = compared.some(
    ({ change, threshold: limit, verdict }) => verdict !== 'improved' && change.point > limit,
  );
  return isOpen ? 'undecided' : 'not regressed';
}

/** An argument as a shell takes it. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./*-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** A commit whose kernel does not boot says nothing of the change that is looked for. */
function bisectStatus(judged: Judged, documents: readonly NamedDocument[], kernelCount: number): number {
  if (judged === 'undecided')
    process.stderr.write(
      'mapbench: --bisect: a case is slower by more than the threshold, but the boots leave that open: skipped; --boots 5 would tell more\n',
    );
  if (documents.length < kernelCount || judged === 'nothing compared' || judged === 'undecided')
    return bisectCodes.skip;
  return judged === 'regressed' ? bisectCodes.bad : bisectCodes.good;
}
