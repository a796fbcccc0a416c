import { type Tally, totalOf } from './tally.ts';

/** Each kind of trial, and what its tests check of every one. */
const kinds: readonly (readonly [kind: string, title: string, checked: string])[] = [
  [
    'bad inputs',
    'Bad inputs tried',
    'The exit status is 0-4 or 130; a refusal is one sentence; no stack trace, no `undefined`, nothing that a terminal would obey. Of whole processes, also that none of their children is left.',
  ],
  [
    'faults',
    'Faults injected',
    'The case is `unavailable` or the call that failed is named, with its error; nothing of it is left, and a document that was there stays whole.',
  ],
  [
    'kills',
    'Kills survived',
    'The output file is a whole document or absent, no child process is left, and no object in /dev/shm a second later.',
  ],
  ['situations', 'Situations', 'The run measures, or says in one sentence why it cannot.'],
];

/** results/robustness.md: what was tried, of the tests that passed. */
export function robustnessPage(tally: Tally): string {
  const summary = kinds.map(([kind, title]) => `| ${title} | ${totalOf(tally, kind)} |`);
  return `# Robustness

What was done to mapbench, as counted by its tests while they passed. Written by \`npm run soak\`, which runs them as deep as here; with \`MAPBENCH_FUZZ=100\` a hundred times as many inputs are drawn, with \`MAPBENCH_FUZZ_SEED\` others.

| what | count |
| --- | ---: |
${summary.join('\n')}
| Documents, processes or shared memory lost or left behind | 0 |

The last line is no count: a test fails, and this page is not written, where it is not 0.
${kinds.map((kind) => section(tally, kind)).join('')}`;
}

function section(tally: Tally, [kind, title, checked]: (typeof kinds)[number]): string {
  const rows = [...(tally.get(kind) ?? [])].map(([what, number]) => `| ${what} | ${number} |`);
  return `\n## ${title}\n\n${checked}\n\n| what | count |\n| --- | ---: |\n${rows.join('\n')}\n`;
}
