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

/** What goes wrong in the field, what is promised of it, and the tests that hold it to that. */
const promises: readonly (readonly [kind: string, promise: string, tests: readonly string[]])[] = [
  [
    'A size that the documentation offers',
    'It is measured, with its guards, or refused before anything is measured.',
    ['program/page-sizes', 'program/engines'],
  ],
  [
    'A gate with nothing to compare',
    'It fails. Changes without a baseline, or of cases that it does not have, are refused before anything is measured; cases that only one document has are named.',
    ['cli/exit-status', 'gates/evaluate'],
  ],
  [
    'A file that cannot be written',
    'What can be known is refused before anything is measured. What is found out afterwards is told below the table, and hides neither the other files nor the status of a failing gate.',
    ['cli/exit-status', 'robustness/situations'],
  ],
  [
    'A limit, a mount, a policy or a sandbox that refuses',
    'The case is `unavailable`, with the call and its errno, the limit and its value, and what was needed. `failed` is for what broke.',
    ['system/refusal', 'cli/failures', 'program/failures'],
  ],
  [
    'Huge pages of several sizes',
    'What is counted, named and set is the pool of the size that is mapped.',
    ['doctor/checks', 'tuning/put-back'],
  ],
  [
    'Documents that other programs wrote or sent',
    'A byte order mark is passed over; another encoding, another format or half a document is named in a sentence.',
    ['results/file', 'robustness/front-door'],
  ],
  [
    'A host that disturbs',
    'doctor looks at what touches mappings, takes the processor or hides it, and says what it does to a measurement.',
    ['doctor/checks'],
  ],
  [
    'A mean of counters',
    'It is over the samples in which there was a counter; the others are counted and said.',
    ['system/perf-events', 'runner/forks'],
  ],
  [
    'Another mapbench beside this one',
    'Both say so, in their output and their documents; neither takes what belongs to the other.',
    ['robustness/situations'],
  ],
];

/** docs/robustness.md: what was tried, of the tests that passed. */
export function robustnessPage(tally: Tally): string {
  const summary = kinds.map(([kind, title]) => `| ${title} | ${totalOf(tally, kind)} |`);
  return `# Robustness

What was done to mapbench, as counted by its tests while they passed. Written by \`npm run soak\`, which runs them as deep as here; with \`MAPBENCH_FUZZ=100\` a hundred times as many inputs are drawn, with \`MAPBENCH_FUZZ_SEED\` others.

| what | count |
| --- | ---: |
${summary.join('\n')}
| Documents, processes or shared memory lost or left behind | 0 |

The last line is no count: a test fails, and this page is not written, where it is not 0.

## What is promised

| what happens | what mapbench does | tests |
| --- | --- | --- |
${promises.map(([kind, promise, tests]) => `| ${kind} | ${promise} | ${tests.map((name) => `[${name}](../tests/${name}.test.ts)`).join(', ')} |`).join('\n')}

An exit status is decided when all has been tried: 130 where a signal ended the run, 2 for what was asked for wrongly, 1 for a case that
failed, 3 for a gate, 1 for a file that could not be written, 4 where nothing can run here.
${kinds.map((kind) => section(tally, kind)).join('')}`;
}

function section(tally: Tally, [kind, title, checked]: (typeof kinds)[number]): string {
  const rows = [...(tally.get(kind) ?? [])].map(([what, number]) => `| ${what} | ${number} |`);
  return `\n## ${title}\n\n${checked}\n\n| what | count |\n| --- | ---: |\n${rows.join('\n')}\n`;
}
