/**
 * Whether `mapbench compare --why` names a cause that was planted: five pairs of runs, of which the newer one
 * differs in one thing. Prints what stands at the head of each, and how often it is the cause.
 *
 *  npx tsx scripts/why.ts [pairs of each, default 3] as root: one pair changes the mode of transparent huge
 *  pages for its length
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { factsThatDiffer } from '../src/comparison/differences.ts';
import { compareDocuments } from '../src/comparison/documents.ts';
import { type Cause, causesOf } from '../src/comparison/why.ts';
import { formatChange } from '../src/format/numbers.ts';
import type { ResultDocument } from '../src/results/document.ts';
import { onCommandLine, planRun, type RunRequest } from '../src/runner/request.ts';
import { runCases } from '../src/runner/run.ts';
import { findStrategy } from '../src/strategies/catalogue.ts';
import { allowedCpus } from '../src/system/cpus.ts';

/** What the newer run has and the older one has not. */
interface Plant {
  readonly strategy: string;
  readonly pages?: number;
  readonly now?: Partial<RunRequest>;
  /** Turns of an empty loop in a step, or beside them. */
  readonly delay?: { readonly step?: number; readonly turns: number };
  /** Around each run; returns what undoes it. */
  readonly during?: (run: 'old' | 'now') => () => void;
  /** Whether a cause is the one that was planted. */
  readonly is: (cause: Cause) => boolean;
}

const thp = '/sys/kernel/mm/transparent_hugepage/enabled';

/** Sets the mode of transparent huge pages; returns what undoes it. */
function hugePages(mode: 'always' | 'never'): () => void {
  const before = /\[(\w+)\]/.exec(readFileSync(thp, 'utf8'))?.[1] ?? 'madvise';
  writeFileSync(thp, mode);
  return () => writeFileSync(thp, before);
}

const [otherCpu = 0] = allowedCpus();
const usualCpu = allowedCpus().at(-1) ?? 0;

const plants: Readonly<Record<string, Plant>> = {
  'a policy': {
    strategy: 'memfd_sync',
    now: { policy: 'seccomp=docker' },
    is: ({ kind, name }) => kind === 'setting' && name === 'policy',
  },
  'a layout': {
    strategy: 'reuse',
    now: { layout: 'merged' },
    is: ({ kind, name }) => kind === 'setting' && name === 'layout',
  },
  // No CPU here is slower than another: a delay stands in for that.
  'another CPU, which is slower': {
    strategy: 'reuse',
    now: { cpu: otherCpu },
    delay: { turns: 2000 },
    is: ({ kind, name }) => kind === 'setting' && name === 'CPU measured on',
  },
  'huge pages off': {
    strategy: 'naive_rwx',
    pages: 1024,
    during: (run) => hugePages(run === 'old' ? 'always' : 'never'),
    is: ({ kind, name }) => kind === 'host' && name === 'transparent huge pages',
  },
  nothing: { strategy: 'reuse', is: () => false },
  'a delay in the second step': {
    strategy: 'reuse',
    delay: { step: 1, turns: 4000 },
    is: (cause) => cause.kind === 'step' && cause.name.startsWith('write_module'),
  },
};

async function measure(
  { strategy: name, pages, delay }: Plant,
  request: Partial<RunRequest>,
  isNow: boolean,
) {
  const strategy = findStrategy(name);
  if (strategy === undefined) throw new Error(`no strategy is named ${name}`);
  const plan = planRun(
    [{ strategy }],
    { forks: 40, time: 20, phases: true, cpu: usualCpu, ...(pages && { pages: [pages] }), ...request },
    onCommandLine,
  );
  const cases = plan.cases.map((each) =>
    isNow && delay !== undefined
      ? { ...each, delayTurns: delay.turns, ...(delay.step !== undefined && { delayedStep: delay.step }) }
      : each,
  );
  return runCases(cases, plan.options, plan.instruments, new AbortController().signal);
}

/** What stands at the head of a comparison's causes; undefined where no change was found. */
function head(old: ResultDocument, now: ResultDocument) {
  const { cases } = compareDocuments([old], [now], { acrossSettings: true });
  const [only] = cases;
  if (only === undefined || (only.verdict !== 'regressed' && only.verdict !== 'improved')) return undefined;
  return { change: only.change.point, cause: causesOf(only, { facts: factsThatDiffer([old], [now]) })[0] };
}

const pairs = Number(process.argv[2] ?? 3);
for (const [name, plant] of Object.entries(plants)) {
  let named = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const [undoOld, old] = [plant.during?.('old'), await measure(plant, {}, false)];
    undoOld?.();
    const undoNow = plant.during?.('now');
    const now = await measure(plant, plant.now ?? {}, true).finally(() => undoNow?.());
    const found = head(old, now);
    if (found?.cause !== undefined && plant.is(found.cause)) named++;
    const text =
      found === undefined
        ? 'no change found'
        : `${formatChange(found.change)}: ${found.cause === undefined ? 'nothing' : `${found.cause.kind} ${found.cause.name}`}`;
    console.log(`  ${name}: ${text}`);
  }
  console.log(`${name}: at the head in ${named} of ${pairs}`);
}
