import { readdirSync } from 'node:fs';

/** Change settings of the whole host, which they must find as they left them: nothing runs beside them. */
const alone = ['cli/doctor'];

/** Look at what all processes of mapbench leave, or count what others could disturb: one after the other. */
const inTurn = [
  'cli/(events|explaining|failures|live-view|policies|processes|run|terminal|threads)',
  'own/fork-timeout',
  'policies/',
  'profile/profile',
  'program/(arm64-qemu|engines|failures|fault-handler|flush|instrument|native|ownership|page-sizes|protections|shared-keys|system-calls|team|live-patch)',
  'robustness/(faults|kills|situations|whole-process)',
  'runner/',
  'system/',
  'target/',
  'verification/',
  'workloads/',
];

/** Start processes, or change what is this process's own. */
const anyTime = [
  'cli/(advise|exit-status|history|probes|regression|runs|usage|verify-exit)',
  'completion/shells',
  'docs/',
  'fleet/',
  'man/',
  'observe/(catalogue|command)',
  'own/(allocators|api|config|examples|files|list|mistakes|stale)',
  'page/(browser|command|flame|sections)',
  'program/(c|listing|same-loop|will-it-scale)\\.',
  'robustness/front-door',
];

/** What all other files are run by, in one process. */
const together = 'scripts/test/together.ts';

/** Every file of tests, from the project's folder. */
const testFiles = readdirSync('tests', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `tests/${name}`)
  .sort();

/** Files in the order in which they are begun; each is a process. */
export const queues = {
  alone: filesOf(alone),
  inTurn: filesOf(inTurn),
  anyTime: [together, ...filesOf(anyTime)],
} as const;

/** The files that share a process: they start none, and change nothing that outlives them. */
export function pureFiles(): string[] {
  const own = new Set(Object.values(queues).flat());
  return testFiles.filter((file) => !own.has(file));
}

function filesOf(patterns: readonly string[]): string[] {
  const wanted = new RegExp(`^tests/(${patterns.join('|')})`);
  return testFiles.filter((file) => wanted.test(file));
}
