import { readdirSync } from 'node:fs';

/** Files of tests that run one after the other; lanes run side by side. */
export interface Lane {
  readonly name: string;
  readonly files: readonly string[];
}

/** Changes settings of the whole host, which it must find as it left them. */
const settings = ['tests/cli/doctor.test.ts'];

/** Start measured processes, or look at what all processes of mapbench leave: one after the other. */
const measuring = [
  'cli/(advise|exit-status|explaining|failures|history|live-view|policies|probes|regression|run|terminal|threads|verify-exit)',
  'docs/(ci|printed|readme)',
  'own/fork-timeout',
  'policies/',
  'profile/profile',
  'program/(arm64-qemu|engines|failures|instrument|native|ownership|page-sizes|protections|system-calls|team)',
  'robustness/(faults|kills|situations|whole-process)',
  'runner/',
  'system/',
  'target/',
  'verification/',
  'workloads/',
];

/** Need a process of their own, and nothing of what they measure matters. */
const others = [
  'cli/usage',
  'completion/shells',
  'docs/(architecture|contributing)',
  'fleet/',
  'man/',
  'own/(api|config|examples|files|list|mistakes|stale)',
  'page/(browser|command|flame|sections)',
  'program/c\\.',
  'robustness/front-door',
];

/** What all other files are run by, in one process. */
const together = 'scripts/test/together.ts';

/** Every file of tests, from the project's folder. */
function testFiles(): string[] {
  return readdirSync('tests', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `tests/${name}`)
    .sort();
}

/** What runs at a time: in the first place what nothing may run beside. */
export function stages(): readonly (readonly Lane[])[] {
  return [
    [{ name: 'settings', files: settings }],
    [
      { name: 'measuring', files: filesOf(measuring) },
      { name: 'others', files: [together, ...filesOf(others)] },
    ],
  ];
}

/** The files that share a process: they start none, and change nothing that outlives them. */
export function pureFiles(): string[] {
  const own = new Set([...settings, ...filesOf([...measuring, ...others])]);
  return testFiles().filter((file) => !own.has(file));
}

function filesOf(patterns: readonly string[]): string[] {
  const wanted = new RegExp(`^tests/(${patterns.join('|')})`);
  return testFiles().filter((file) => wanted.test(file));
}
