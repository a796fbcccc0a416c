/**
 * Prints docs/kernels.md from the documents in results/kernels: `npx tsx scripts/kernels.ts >
 * docs/kernels.md`. They are recorded by the command that the page names.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stepsThatMoved } from '../src/comparison/why.ts';
import { formatIn } from '../src/format/numbers.ts';
import type { CaseResult, MeasuredCase, ResultDocument } from '../src/results/document.ts';
import { parseDocument } from '../src/results/parse.ts';
import { median } from '../src/statistics/descriptive.ts';
import { catalogue } from '../src/strategies/catalogue.ts';
import { wrapMarkdown } from './prose/markdown.ts';

const folder = join(import.meta.dirname, '../results/kernels');

/** The oldest first. */
const names = ['5.10', '6.1', '6.12', 'sid'] as const;
const kernels = names.map((name) => {
  const [document, later] = [name, `${name}-later`].map((each) =>
    parseDocument(readFileSync(join(folder, `${each}.json`), 'utf8'), `${each}.json`),
  ) as [ResultDocument, ResultDocument];
  return { release: releaseOf(document), document, later };
});

function releaseOf({ host }: ResultDocument): string {
  return host.kernel.replace(/-cloud-amd64$/, '');
}
const sizes = [4, 1000] as const;

function caseOf({ cases }: ResultDocument, strategy: string, pages: number): CaseResult | undefined {
  return cases.find((each) => each.strategy === strategy && each.pages === pages);
}

/** Instructions of a case, or the number of a footnote that says why there are none. */
function cellOf(found: CaseResult, footnotes: string[]): string {
  if (found.status === 'measured') return formatIn(found.estimate.point, 'instr');
  const reason = `${found.status}: ${found.reason}`;
  if (!footnotes.includes(reason)) footnotes.push(reason);
  return `(${footnotes.indexOf(reason) + 1})`;
}

/** A row a strategy, a column a kernel, a cell with all sizes. */
function tableOf(footnotes: string[]): string {
  const rows = catalogue.map(({ name }) => {
    const cells = kernels.map(({ document, later }) => {
      const found = sizes.map((pages) => caseOf(document, name, pages) ?? caseOf(later, name, pages));
      const all = found.flatMap((each) => (each === undefined ? [] : cellOf(each, footnotes)));
      if (all.length === 0) return 'not recorded';
      return new Set(all).size === 1 && all.length === sizes.length ? all[0] : all.join(' / ');
    });
    return `| \`${name}\` | ${cells.join(' | ')} |`;
  });
  return [
    `| strategy | ${kernels.map(({ release }) => release).join(' | ')} |`,
    `| --- | ${kernels.map(() => '---:').join(' | ')} |`,
    ...rows,
  ].join('\n');
}

/** A case whose instructions changed by less than this fraction is not looked at. */
const minChange = 0.05;

/** Which kinds of steps changed from one kernel to the next, by how many times, in how many strategies. */
function changesOf(pages: number): string[] {
  return kernels.slice(1).map(({ release, document }, index) => {
    const before = kernels[index]?.document as ResultDocument;
    const ratios = new Map<string, number[]>();
    for (const { name } of catalogue) {
      const [old, now] = [caseOf(before, name, pages), caseOf(document, name, pages)];
      if (!isMeasured(old) || !isMeasured(now)) continue;
      if (Math.abs(now.estimate.point / old.estimate.point - 1) < minChange) continue;
      for (const step of stepsThatMoved(old, now)) {
        const kind = step.name.replace(/\(.*/s, '');
        if (step.old > 0) ratios.set(kind, [...(ratios.get(kind) ?? []), step.now / step.old]);
      }
    }
    const phrases = [...ratios]
      .sort((a, b) => b[1].length - a[1].length)
      .slice(0, 4)
      .map(([kind, all]) => `\`${kind}\` ${rangeOf(all)} in ${all.length}`);
    return `- ${kernels[index]?.release} to ${release}: ${phrases.join('; ') || 'none'}.`;
  });
}

function isMeasured(each: CaseResult | undefined): each is MeasuredCase {
  return each?.status === 'measured';
}

/** As `1.1 (0.9 to 2.4) times`: the median and the ends. */
function rangeOf(ratios: readonly number[]): string {
  const [middle, least, most] = [median(ratios), Math.min(...ratios), Math.max(...ratios)];
  const text = (ratio: number) => ratio.toFixed(2);
  return ratios.length === 1
    ? `${text(middle)} times`
    : `${text(middle)} times (${text(least)} to ${text(most)})`;
}

/** How far the boots of one kernel are apart, at most, and of which case. */
function agreement(): string {
  const spreads = kernels.flatMap(({ release, document, later }) =>
    [...document.cases, ...later.cases].filter(isMeasured).map(({ id, forks }) => {
      const boots = forks.map(({ samples }) => median(samples));
      return { id, release, spread: Math.max(...boots) / Math.min(...boots) - 1 };
    }),
  );
  const sorted = spreads.toSorted((a, b) => b.spread - a.spread);
  const within = (limit: number) => sorted.filter(({ spread }) => spread <= limit).length;
  const [worst] = sorted;
  return `Two boots of a kernel agree within 0.01 % in ${within(1e-4)} of ${sorted.length} cases, within 1 % in ${within(0.01)}; the worst is \`${worst?.id}\` on ${worst?.release} (${((worst?.spread ?? 0) * 100).toFixed(1)} %).`;
}

const footnotes: string[] = [];
const table = tableOf(footnotes);
const of = (index: number, strategy: string, pages: number) => {
  const found = caseOf(kernels[index]?.document as ResultDocument, strategy, pages);
  return isMeasured(found) ? found : undefined;
};
const times = (from: number, to: number, strategy: string, pages: number) => {
  const [old, now] = [of(from, strategy, pages), of(to, strategy, pages)];
  return old && now ? (now.estimate.point / old.estimate.point).toFixed(2) : '?';
};
const faultsOf = (index: number, pages: number) =>
  of(index, 'reuse', pages)?.counters?.minorFaultsPerIteration.toFixed(2) ?? '?';
const command =
  'npx mapbench kernels 5.10=debian/5.10 6.1=debian/6.1 6.12=debian/6.12 sid=debian/sid -s @all --pages 4,1000 --boots 2 -o results/kernels';

console.log(
  wrapMarkdown(`<!-- Printed by scripts/kernels.ts; do not edit. -->
# The strategies on other kernels

Instructions that a load takes, the kernel's included: one return instruction at each page start, Debian's kernels for clouds, counted by an emulated processor (QEMU, \`-icount\`, ERMS off, no transparent huge pages). They are exact where a time is not, and say nothing of what takes no instruction: cache misses, TLB shootdowns, waiting. Recorded by \`${command}\`.

${agreement()}

Strategies that came later were recorded by the same command with their names, and \`--no-phases\`, on ${kernels.map(({ later }) => releaseOf(later)).join(', ')}.

## Instructions at 4 pages of 4 KiB / at 1,000

${table}

${footnotes.map((reason, index) => `(${index + 1}) ${reason}`).join('  \n')}

## What changed

Steps of strategies whose instructions changed by ${minChange * 100} % or more, each with the ratio of its instructions (median, and range) and in how many strategies.

At 4 pages:

${changesOf(4).join('\n')}

At 1,000 pages:

${changesOf(1000).join('\n')}

What is known of why:

- \`reuse\` faults on every page that it writes on 5.10 (${faultsOf(0, 4)} faults a load of 4 pages), as the article saw; from 6.1 on it takes ${faultsOf(1, 4)}: \`mprotect\` makes the pages writable at once that belong to nobody else (commit 64fe24a3e05e, Linux 6.0).
- \`mprotect\` of many pages takes ${times(2, 3, 'reuse', 1000)} times the instructions on the newest kernel that it took on 6.12 (\`reuse\`, 1,000 pages; shared memory, \`reuse_shared\`: ${times(2, 3, 'reuse_shared', 1000)} times). Reported, and not shown here: users found it slower from 6.17 on, and bisected that to commit cac1db8c3aad, which changes page table entries in batches (linux-mm, 13 February 2026).`),
);
