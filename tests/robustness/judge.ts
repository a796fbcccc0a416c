/** What a call of mapbench came to. */
export interface Ending {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

// 125: `kernels --bisect` skips a commit that is not built.
const statuses = [0, 1, 2, 3, 4, 125, 130];

/** What only a program's own mistake prints. The inputs of fuzzing hold none of it. */
const slips =
  /\bundefined\b|\bNaN\b|\[object |\bnull is not\b|is not a function|is not iterable|Cannot read prop/;

/** A line of a stack trace. */
const trace = /^\s+at .+(:\d+:\d+|<anonymous>|native)\)?$/m;

/** Whatever a terminal would obey. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

/** A sentence of mapbench's or commander's, or what may stand below one: a guess, a gate and its caret. */
const line = /^(mapbench: \S|error: \S|\(Did you mean .*\?\)$| {2})/;

/** What is wrong with how mapbench ended; undefined where nothing is. */
export function whatIsWrong({ status, stdout, stderr }: Ending): string | undefined {
  if (status === null || !statuses.includes(status)) return `exit status ${status}`;
  if (trace.test(stderr)) return 'a stack trace';
  // A user's program may throw what it likes.
  const slip = slips.exec(stderr.replaceAll(/it throws \w+/g, '')) ?? slips.exec(stdout);
  if (slip !== null) return `it says ${slip[0]}`;
  if (controls.test(stderr)) return 'control characters on standard error';
  // Of mapbench alone: all of its help.
  if (status === 2 && stderr.startsWith('Usage: ')) return undefined;
  const lines = stderr.split('\n').filter((each) => each !== '');
  const stray = lines.find((each) => !line.test(each));
  if (stray !== undefined) return `no sentence: ${stray.slice(0, 200)}`;
  if (status === 2 && lines.length === 0) return 'refused without a sentence';
  const sentences = lines.filter((each) => /^(mapbench|error): /.test(each) && !isRemark(each));
  if (status === 2 && sentences.length > 1) return `${sentences.length} sentences`;
  return undefined;
}

/** What is said beside a refusal. */
function isRemark(sentence: string): boolean {
  return /is called (--|@)\S+ now$|another mapbench run|the documents differ in|left out|: failed: |can say nothing|: round \d/.test(
    sentence,
  );
}
