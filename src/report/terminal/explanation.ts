import { Chalk } from 'chalk';
import { formatCost, formatCount, formatRatio } from '../../format/numbers.ts';
import { countOf, plainText, wrapText } from '../../format/text.ts';
import { flagsOf } from '../../program/calls.ts';
import { exposureDuring } from '../../program/exposure.ts';
import { type CallStep, faultHandlingOf, type Program, type Step } from '../../program/ir.ts';
import { protectionsOf } from '../../program/protections.ts';
import type { HostFacts, MeasuredCase, ResultDocument } from '../../results/document.ts';
import { latencySummary } from '../../statistics/latency.ts';
import { MAP, PROT } from '../../system/constants.ts';
import type { RenderOptions } from './light-table.ts';
import { renderRun } from './table.ts';

/** What an explanation is made from. */
export interface Evidence {
  readonly program: Program;
  readonly measured: MeasuredCase;
  readonly host: HostFacts;
}

/** A fact about a strategy, said where it holds, with the figures of this run. */
type Fact = (evidence: Evidence) => string | undefined;

/**
 * Why a strategy costs what it costs, as sentences; each holds a figure that was measured, or says what is
 * inferred.
 */
export function explanationOf(evidence: Evidence): string[] {
  return facts.flatMap((fact) => fact(evidence) ?? []);
}

const callsIn = (steps: readonly Step[]) => steps.filter((step): step is CallStep => step.kind === 'call');
const mmaps = (steps: readonly Step[]) => callsIn(steps).filter(({ call }) => call === 'mmap');
const hasFlag = (step: CallStep, flag: number) => (flagsOf(step, 'map') & flag) !== 0;
const flips = ({ iteration }: Program) =>
  iteration.filter((step) => step.kind === 'call' && step.call === 'mprotect').length;
const faultsOf = ({ counters }: MeasuredCase) => counters?.minorFaultsPerIteration ?? Number.NaN;

/** Faults below this an iteration are JavaScript's between the readings. */
const noFaults = 0.05;

/** Whether a kernel's release is this version or newer. */
function isAtLeast(kernel: string, major: number, minor: number): boolean {
  const [, first = '0', second = '0'] = /^(\d+)\.(\d+)/.exec(kernel) ?? [];
  return Number(first) > major || (Number(first) === major && Number(second) >= minor);
}

/**
 * The setup's mapping that is flipped: private or shared, huge or not; undefined where the iteration makes
 * its own.
 */
const flipped = ({ setup }: Program) => mmaps(setup).find((step) => hasFlag(step, MAP.MAP_ANONYMOUS));

const systemCalls: Fact = ({ program }) => {
  const { iteration, library } = program;
  // What a shared object calls is not known.
  if (library !== undefined) return undefined;
  const calls = callsIn(iteration).map(({ call }) => call);
  if (calls.length === 0) return 'An iteration makes no system call: what it costs is the processor’s.';
  const handled =
    faultHandlingOf(program) === undefined
      ? ''
      : '; its handler of SIGSEGV makes 4 for each page that is called: mmap, mprotect, mremap, rt_sigreturn';
  return `An iteration makes ${countOf(calls.length, 'system call')}: ${calls.join(', ')}${handled}.`;
};

const largestPhase: Fact = ({ measured: { phases, estimate } }) => {
  if (phases === undefined) return undefined;
  const sum = phases.steps.reduce((total, { point }) => total + point, 0);
  const largest = phases.steps.reduce((a, b) => (b.point > a.point ? b : a));
  return `Most of it is ${largest.text}: ${formatCost(largest.point, estimate.unit)}, ${((100 * largest.point) / sum).toFixed(0)} %.`;
};

const freshMappings: Fact = ({ program, measured }) => {
  const faults = faultsOf(measured);
  const { pages } = program.module;
  if (mmaps(program.iteration).length === 0 || faults < 0.9 * pages) return undefined;
  return `It takes ${formatCount(faults)} page faults an iteration: each iteration maps fresh memory, and the first store to each of its ${countOf(pages, 'page')} faults and gets a zeroed page.`;
};

const flipsWithoutFaults: Fact = ({ program, measured, host }) => {
  const mapping = flipped(program);
  const faults = faultsOf(measured);
  if (flips(program) === 0 || mapping === undefined || !(faults < noFaults)) return undefined;
  if (hasFlag(mapping, MAP.MAP_SHARED))
    return `It takes ${formatCount(faults)} page faults an iteration: shared memory is never copied on write, so mprotect makes its pages writable at once, on Linux 5.15 too.`;
  if (!isAtLeast(host.kernel, 6, 0)) return undefined;
  return `It takes ${formatCount(faults)} page faults an iteration on Linux ${host.kernel}: since 6.0 mprotect gives write access back at once to pages that the process owns alone (commit 64fe24a3e05e); on 5.15 the first store to each page faulted.`;
};

const flipsWithFaults: Fact = ({ program, measured, host }) => {
  const mapping = flipped(program);
  const faults = faultsOf(measured);
  if (flips(program) === 0 || mapping === undefined || !(faults >= noFaults)) return undefined;
  if (hasFlag(mapping, MAP.MAP_HUGETLB)) {
    const more =
      faults > 1.5
        ? ' One a flip would do; the others are inferred to be stale translations in the processor.'
        : '';
    return `It takes ${formatCount(faults)} page faults an iteration: mprotect does not give write access back to private huge pages, so the first store after a flip faults.${more}`;
  }
  const why = isAtLeast(host.kernel, 6, 0)
    ? 'something keeps its pages from being owned by this process alone (a fork, or KSM)'
    : 'before Linux 6.0 every flip back to writable left the pages write-protected, and the first store to each faulted';
  return `It takes ${formatCount(faults)} page faults an iteration on Linux ${host.kernel}: ${why}.`;
};

const lockedFlips: Fact = ({ program }) => {
  const mapping = flipped(program);
  if (flips(program) === 0 || mapping === undefined || !hasFlag(mapping, MAP.MAP_LOCKED)) return undefined;
  return 'Its pages are locked: every mprotect that makes them writable also populates them, which takes no faults but walks all pages again.';
};

const writtenAndRun: Fact = ({ program, measured: { estimate, counters } }) => {
  if (callsIn(program.iteration).length > 0) return undefined;
  const clears = counters?.perIteration?.['machine-clears-smc'];
  const each = formatCost(estimate.point / program.module.pages, estimate.unit);
  const counted =
    clears === undefined
      ? 'inferred: this host shows no such counter'
      : `${formatCount(clears)} machine clears an iteration were counted`;
  return `A store to a line of code that has just run makes the processor clear its pipeline (${counted}); with the call that is ${each} a page.`;
};

const writeWindow: Fact = ({ program, measured: { phases, estimate } }) => {
  if (phases?.writeWindow === undefined) return undefined;
  const { share: fraction, nanoseconds, executable } = phases.writeWindow;
  if (!exposureDuring(program).some(({ isWritable }) => isWritable))
    return 'No mapping of its code can ever be written.';
  const meanwhile = {
    'same mapping': 'and run through the same mapping: whoever can write to it runs code',
    alias: 'while another mapping of the same pages can be run: whoever finds the writable one runs code',
    no: 'while nothing can run it',
  }[executable];
  return `Its code can be written for ${(fraction * 100).toFixed(0)} % of an iteration (${formatCost(nanoseconds, estimate.unit)}), ${meanwhile}.`;
};

const bothAtOnce: Fact = ({ program }) => {
  const both = PROT.PROT_WRITE | PROT.PROT_EXEC;
  const has = protectionsOf(program).iteration.some(({ after }) =>
    [...after.values()].flat().some(({ prot }) => (prot & both) === both),
  );
  return has
    ? 'A policy against writable and executable memory (SELinux execmem, PR_SET_MDWE) refuses it.'
    : undefined;
};

const tail: Fact = ({ measured: { latency, estimate } }) => {
  if (latency === undefined) return undefined;
  const { p50, p99, p999, max } = latencySummary(latency.counts);
  const text = (cost: number) => formatCost(cost, estimate.unit);
  return `One iteration in 100 takes ${text(p99)} or more, ${formatRatio(p99 / p50)} the median of ${text(p50)}; one in 1000 ${text(p999)}; the longest took ${text(max)}.`;
};

const facts: readonly Fact[] = [
  systemCalls,
  largestPhase,
  freshMappings,
  flipsWithoutFaults,
  flipsWithFaults,
  lockedFlips,
  writtenAndRun,
  writeWindow,
  bothAtOnce,
  tail,
];

/** What is explained: a strategy's program and the run of its one case. */
export interface Explained {
  readonly title: string;
  readonly listing: string;
  readonly program: Program;
  readonly document: ResultDocument;
}

/** Lines of a screen. */
const screen = 50;

/** Rows of a histogram on a screen with room. */
const maxRows = 10;

/**
 * A strategy on one screen: what was measured, and why it is so; `verbose` also its program, and every row.
 */
export function renderExplanation(
  { title, listing, program, document }: Explained,
  options: RenderOptions & { readonly verbose?: boolean },
): string {
  const chalk = new Chalk({ level: options.color ? 1 : 0 });
  const sentences = document.cases.flatMap((each) =>
    each.status === 'measured' ? explanationOf({ program, measured: each, host: document.host }) : [],
  );
  const bullets = sentences.map((sentence) => wrapText(plainText(`- ${sentence}`), options.width, '  '));
  const head = chalk.bold(wrapText(plainText(title), options.width, '  '));
  const why = bullets.length > 0 ? [`${chalk.bold('Why')}\n${bullets.join('\n')}`] : [];
  if (options.verbose)
    return [head, listing, renderRun(document, options, { counters: true }), ...why].join('\n\n');
  const withRows = (rows: number) =>
    [head, renderRun(document, options, { counters: true, rows }), ...why, rest].join('\n\n');
  let text = withRows(maxRows);
  for (let rows = maxRows - 1; text.split('\n').length > screen && rows >= 0; rows--) text = withRows(rows);
  return text;
}

const rest = '--verbose shows its program, every row and every counter.';
