/** Prints docs/kernels.md from results/kernels: `npx tsx scripts/kernels/page.ts > docs/kernels.md`. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { wrapMarkdown } from '../prose/markdown.ts';
import type { KernelCase, KernelResult } from './boot.ts';
import { kernels } from './kernels.ts';
import { systemCallsOf } from './system-calls.ts';

const folder = join(import.meta.dirname, '../../results/kernels');
const results = kernels.map(
  ({ series }) => JSON.parse(readFileSync(join(folder, `${series}.json`), 'utf8')) as KernelResult,
);

/** A case in a few characters: its faults, or a number of a footnote. */
function cellOf(found: KernelCase | undefined, footnotes: string[]): string {
  if (found === undefined) return '';
  const checks = found.failed.length > 0 ? ', **a check fails**' : '';
  if (found.status === 'measured') return `${(found.faults ?? 0).toFixed(2)}${checks}`;
  const reason = `${found.status}: ${found.reason ?? ''}`;
  if (!footnotes.includes(reason)) footnotes.push(reason);
  return `no (${footnotes.indexOf(reason) + 1})`;
}

const footnotes: string[] = [];
const [first] = results;
const module = { pages: first?.pages ?? 4, pageSize: first?.pageSize ?? 4096 };
const rows = catalogue.map((strategy) => {
  const cells = results.map(({ cases }) =>
    cellOf(
      cases.find((each) => each.strategy === strategy.name),
      footnotes,
    ),
  );
  return `| \`${strategy.name}\` | ${systemCallsOf(strategy, module)} | ${cells.join(' | ')} |`;
});
const checks = results.map(({ kernel, cases }) => {
  const made = cases.reduce((sum, each) => sum + each.checks, 0);
  const failed = cases.flatMap((each) => each.failed.map((evidence) => `${each.strategy}: ${evidence}`));
  const outcome = failed.length === 0 ? 'all pass' : `these fail: ${failed.join('; ')}`;
  return `- ${kernel}: ${made} checks of \`mapbench verify @all\`, ${outcome}.`;
});
/** What the emulated processor has and the recorded machines lack. */
function keysSentence(): string {
  const names = ['pkey_rwx', 'memfd_pkey'];
  const passing = results.filter(({ cases }) =>
    names.every((name) =>
      cases.some(
        ({ strategy, status, failed }) => strategy === name && status === 'measured' && failed.length === 0,
      ),
    ),
  );
  if (passing.length === 0) return 'The emulated processor has no protection keys.';
  return `The emulated processor has protection keys, which no machine had that mapbench was measured on: \`pkey_rwx\` and \`memfd_pkey\` run, and pass
their checks, on ${passing.length} of these kernels.`;
}

const faultsOf = (series: string, strategy: string) =>
  results[kernels.findIndex((kernel) => kernel.series === series)]?.cases
    .find((each) => each.strategy === strategy)
    ?.faults?.toFixed(2);

console.log(
  wrapMarkdown(`<!-- Printed by scripts/kernels/page.ts; do not edit. -->
# The strategies on other kernels

What runs on which kernel, and the page faults that an iteration takes: ${module.pages} pages of ${module.pageSize / 1024} KiB, one return instruction at each page start. Debian's kernels for
clouds, booted by \`npx tsx scripts/kernels/main.ts\` in QEMU with a processor that is emulated in software (\`-cpu max\`), 2 CPUs. Nothing here is
timed: an emulated processor says nothing of times. System calls are those of the recorded program, the same on every kernel; \`verify\` checks on each
that the changes of mappings are real.

| strategy | system calls | ${results.map(({ kernel }) => kernel).join(' | ')} |
| --- | ---: | ${results.map(() => '---:').join(' | ')} |
${rows.join('\n')}

${footnotes.map((reason, index) => `(${index + 1}) ${reason}`).join('  \n')}

${checks.join('\n')}

${keysSentence()}

## The article's observation, and its end

The article saw \`reuse\` fault on every page that it writes, in every iteration, though the pages were there: so it does on 5.10, with ${faultsOf('5.10', 'reuse')} faults an iteration at
${module.pages} pages. From 6.1 on it takes ${faultsOf('6.1', 'reuse')}: \`mprotect\` makes the pages writable at once that belong to nobody else (commit 64fe24a3e05e, Linux 6.0), so what the
article found holds up to 5.19 by that commit's date; 5.15, which the article used, and 5.19 themselves were not booted here.`),
);
