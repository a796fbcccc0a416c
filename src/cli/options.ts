import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { type PolicyKind, parsePolicies, policyKinds, sizeOf } from '../policies/policy.ts';
import { cacheMaintenanceModes, engineNames, layouts } from '../program/names.ts';
import { baselinePath } from '../results/baselines.ts';
import { exportFormats } from '../results/export/formats.ts';
import type { CaseRequest } from '../runner/request.ts';
import { articleStrategies, catalogue } from '../strategies/catalogue.ts';
import { isOfKind } from '../system/errors.ts';
import { nearest } from '../system/spelling.ts';
import { metrics, targetForms } from '../target/names.ts';
import { type WorkloadName, workloadNames } from '../workloads/catalogue.ts';
import type { Calls } from '../workloads/workload.ts';

/**
 * A value that an option does not take. A command line says the whole message, a configuration what is
 * expected.
 */
export class WrongValue extends InvalidArgumentError {
  readonly expected: string;

  /** `nearest` is a number that would do. */
  constructor(verb: 'must be' | 'needs', expected: string, nearest?: number) {
    super(`It ${verb} ${expected}${nearest === undefined ? '' : `; the nearest is ${nearest}`}.`);
    this.expected = expected;
  }
}

/** A parser of a whole number; the message of an error names the nearest valid one. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
    const closest =
      Number.isNaN(value) || text.trim() === '' ? least : Math.min(most, Math.max(least, Math.round(value)));
    throw new WrongValue('must be', `a whole number from ${least} to ${most}`, closest);
  };
}

/**
 * A parser of sizes: numbers with commas between them, and ranges as `1..1024`, which double from their first
 * on.
 */
export function sizes(least: number, most: number): (text: string) => number[] {
  const parse = wholeNumber(least, most);
  return (text) => {
    const all = text.split(',').flatMap((part) => {
      const [from = '', to] = part.split('..');
      const [first, last] = [parse(from), parse(to ?? from)];
      if (last < first) throw new InvalidArgumentError(`${part} is no range; write the smaller size first.`);
      const doubled: number[] = [];
      for (let size = first; size < last; size *= 2) doubled.push(size);
      return [...doubled, last];
    });
    return [...new Set(all)];
  };
}

/** A parser that tells completion what it takes. */
export interface ChoiceParser<Choice extends string> {
  (text: string): Choice;
  readonly choices: readonly Choice[];
}

/** A parser of one word out of a few. */
export function oneOf<const Choice extends string>(choices: readonly Choice[]): ChoiceParser<Choice> {
  const parse = (text: string) => {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw new WrongValue('must be', `${choices.join(' or ')}; the nearest is ${nearest(text, choices)}`);
  };
  return Object.assign(parse, { choices });
}

/** A parser of words, given one by one or with commas between them. */
export function words(text: string, before: readonly string[] = []): string[] {
  return [...new Set([...before, ...text.split(',').map((word) => word.trim())])];
}

/** What `--policy` takes, for help. */
export const policyHelp = policyKinds.map(describeKind).join(', ');

function describeKind({ name, values }: PolicyKind): string {
  if (values === undefined) return name;
  return `${name}=${values === 'size' ? '64K' : values.join('|')}`;
}

/** A parser of policies with commas between them, into their shortest text. */
export function policies(text: string): string {
  try {
    return parsePolicies(text)
      .map((policy) => policy.text)
      .join(',');
  } catch (error) {
    if (isOfKind(error, 'usage')) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}

/** A parser of bytes, as `64K` or `2M`. */
export function size(text: string): number {
  const bytes = sizeOf(text);
  if (bytes !== undefined && bytes > 0 && bytes <= 2 ** 30) return bytes;
  throw new WrongValue('must be', 'a size from 1 to 1G, as 64K');
}

/** A parser of how many functions are called: a number, a percentage, or all. */
function calls(text: string): Calls {
  if (text === 'all') return { fraction: 1 };
  const isFraction = text.trim().endsWith('%');
  const value = Number(/^(\d+(?:\.\d+)?)%?$/.exec(text.trim())?.[1] ?? Number.NaN);
  if (isFraction && value > 0 && value <= 100) return { fraction: value / 100 };
  if (!isFraction && Number.isInteger(value) && value >= 1) return { count: value };
  throw new WrongValue(
    'must be',
    'a number of functions, a percentage from above 0% to 100%, or all; as 10%',
  );
}

/** A parser of a percentage, as `5%` or `5`, into a fraction: 0.05. */
export function percentage(text: string): number {
  const value = Number(/^(\d+(?:\.\d+)?) ?%?$/.exec(text.trim())?.[1] ?? Number.NaN);
  if (value >= 0 && value <= 1000) return value / 100;
  throw new WrongValue('must be', 'a percentage from 0% to 1000%, as 5%; the nearest is 5%');
}

/** A parser of an option that may be given again and again; completion is told so. */
export function repeatable<Parse extends object>(parse: Parse): Parse & { readonly isRepeatable: true } {
  return Object.assign(parse, { isRepeatable: true as const });
}

/** Gathers the values of an option that may be given again and again. */
export const collect = repeatable((text: string, before: readonly string[] = []): string[] => [
  ...before,
  text,
]);

/** A parser of names of events; commas stand between them, and within the slashes of one. */
export const eventNames = repeatable((text: string, before: readonly string[] = []): string[] => {
  const names = (text.match(/(?:[^,/]|\/[^/]*\/?)+/g) ?? []).map((name) => name.trim()).filter(Boolean);
  if (names.length === 0) throw new WrongValue('must be', 'the name of an event, as tlb:tlb_flush');
  return [...new Set([...before, ...names])];
});

/** A parser of a baseline's name, which cannot leave the folder of baselines. */
export function baselineName(text: string): string {
  try {
    baselinePath(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : '');
  }
  return text;
}

/** The formats that can be exported to, for help. */
export const formats = exportFormats.join(', ');

/** Where an export goes. */
export interface ExportTarget {
  readonly format: string;
  readonly file: string;
}

const parseFormat = oneOf(exportFormats);

/** A parser of `format=file`, repeatable. */
export const exportTarget = repeatable(
  (text: string, before: readonly ExportTarget[] = []): ExportTarget[] => {
    const [name = '', ...rest] = text.split('=');
    const format = parseFormat(name);
    const file = rest.join('=');
    if (file === '') throw new WrongValue('needs', `a file, as ${format}=results.${format}`);
    return [...before, { format, file }];
  },
);

const milliseconds = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 } as const;

/** A parser of a length of time, as `500ms`, `5s`, `5` (seconds), `10min` or `1h`, into milliseconds. */
export function duration(most: number): (text: string) => number {
  return (text) => {
    const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h)?$/.exec(text.trim()) ?? [];
    const length = Number(amount) * milliseconds[unit as keyof typeof milliseconds];
    if (length >= 1 && length <= most) return Math.round(length);
    throw new WrongValue('must be', `from 1ms to ${most / milliseconds.h}h, as 5s, 500ms or 10min`);
  };
}

/**
 * A parser of a date with or without a time, in UTC unless it says otherwise: `2026-11-20`,
 * `2026-11-20T14:00+01:00`.
 */
export function date(text: string): Date {
  const [, day, time = 'T00:00', zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(Z|[+-]\d{2}:\d{2})?$/.exec(text.trim()) ?? [];
  const found = new Date(`${day}${time}${zone}`);
  if (!Number.isNaN(found.getTime())) return found;
  throw new WrongValue('must be', 'a date, as 2026-11-20 or 2026-11-20T14:00Z');
}

/** What `--relative-to` takes for no reference at all. */
export const noReference = 'none';

/** `--relative-to`: the strategy that tells what a case did from what the machine did. */
export function relativeToOption() {
  return new Option(
    '--relative-to <strategy>',
    'see each case also relative to this one, and tell which of the two moved; or none',
  )
    .argParser(oneOf([...catalogue.map(({ name }) => name), noReference]))
    .default('rwx');
}

const labelForm = /^([A-Za-z0-9][\w.-]{0,63})=(.{0,200})$/;

/** A parser of `key=value`, repeatable. */
export const label = repeatable(
  (text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => {
    const [, key, value] = labelForm.exec(text) ?? [];
    if (key === undefined || value === undefined) throw new WrongValue('must be', 'key=value, as patch=v2');
    return { ...before, [key]: value };
  },
);

/** What `--fail-on` looks for. */
export interface FailOn {
  /** As on the command line. */
  readonly text: string;
  /** A slowdown of this size must be excluded, as a fraction. */
  readonly inconclusive?: number;
}

const failOnForms = ['regression', 'regression,inconclusive=10%'] as const;

/** A parser of `regression`, or with it `inconclusive=10%`. */
const failOn = Object.assign(
  (text: string): FailOn => {
    const parts = text.split(',').map((part) => part.trim());
    const open = parts.filter((part) => part.startsWith('inconclusive'));
    const size = open[0]?.split('=')[1];
    if (!parts.includes('regression') || parts.length !== open.length + 1 || open.length > 1)
      throw new WrongValue('must be', failOnForms.join(' or '));
    return { text, ...(open.length > 0 && { inconclusive: percentage(size ?? '') }) };
  },
  { choices: failOnForms },
);

/** `--fail-on`: what makes the exit status 3. */
export function failOnOption(what: string) {
  return new Option(
    '--fail-on <what>',
    `exit with 3 on ${what}: regression; with ,inconclusive=10% also where a slowdown of so much cannot be excluded`,
  ).argParser(failOn);
}

/** `--format` of what commands print. */
export function formatOption(what = 'table or json') {
  return new Option('--format <name>', what).argParser(oneOf(['table', 'json'])).default('table' as const);
}

/** `--cpu`, whatever is done there. */
export function cpuOption(what: string) {
  return new Option('--cpu <n>', what).argParser(wholeNumber(0, 8191));
}

/** `--target`: where processes are started in place of this machine. */
export function targetOption() {
  return new Option('--target <where>', `another kernel, processor or host: ${targetForms}`);
}

/** `--metric` of what is measured. */
export function metricOption() {
  return new Option(
    '--metric <name>',
    'time, or instructions: exact, under an emulated kernel (default: what the target can tell)',
  ).argParser(oneOf(metrics));
}

/** `--layout`: what lies beside the mappings. */
export function layoutOption(what = 'neighbours of the mappings') {
  return new Option('--layout <name>', `${what}: ${layouts.join(', ')}`)
    .argParser(oneOf(layouts))
    .default('guarded' as const);
}

/** `--icache`: which cache maintenance is measured. */
export function icacheOption() {
  const what = 'cache maintenance on AArch64';
  return new Option(
    '--icache <mode>',
    `${what}: ${cacheMaintenanceModes.join(', ')} (default: follow CTR_EL0)`,
  ).argParser(oneOf(cacheMaintenanceModes));
}

/** `--threshold` of comparisons; without it a document says what is noise. */
export function thresholdOption(source: string) {
  const what = `a change up to this is noise (default: learnt from ${source})`;
  return new Option('--threshold <percent>', what).argParser(percentage);
}

/** What `--strategy` takes, for help. */
export const strategyHelp = 'names, globs as memfd*, groups as @engines or @all, files as ./mine.ts';

/** The options of workloads as commander gives them. */
export interface WorkloadArguments extends Pick<CaseRequest, 'patches' | 'modules'> {
  readonly workload: WorkloadName;
  readonly call?: Calls;
}

/** A command with the options that say what is loaded and run. */
export function workloadCommand(name: string) {
  return new Command(name)
    .option(
      '--workload <name>',
      `what is loaded and run: ${workloadNames.join(', ')}`,
      oneOf(workloadNames),
      'ret',
    )
    .option(
      '--call <n>',
      'functions that module, reloc, tenancy and footprint call: 1, 10% or all (default: 10%)',
      calls,
    )
    .option('--patches <n>', 'stores in each load of patch (default: 1)', wholeNumber(1, 1024))
    .option('--modules <n>', 'live modules of tenancy (default: 1000)', wholeNumber(2, 16_384));
}

/** A command with the options that say what is measured: they make the cases. */
export function caseCommand(name: string) {
  return workloadCommand(name)
    .option('-s, --strategy <name...>', `${strategyHelp} (default: ${articleStrategies.join(', ')})`, words)
    .option(
      '--pages <n,...>',
      "pages of the module: sizes and ranges, as 4,33 or 1..1024 (doubling); default: the workload's",
      sizes(1, 65_536),
    )
    .option(
      '--engine <name>',
      `who drives the loop: ${engineNames.join(' or ')}`,
      oneOf(engineNames),
      'native',
    )
    .addOption(layoutOption())
    .addOption(icacheOption());
}

/** The case options as commander gives them. */
export interface CaseArguments
  extends WorkloadArguments,
    Omit<CaseRequest, 'workload' | 'calls' | 'patches' | 'modules'> {
  readonly strategy?: readonly string[];
}

/** What is asked for, in the words that all ways share. */
export function requested<Given extends WorkloadArguments>({ call, ...given }: Given) {
  return { ...given, calls: call };
}

/** What `show` prints a program as. */
export const shownLanguages = ['text', 'c', 'will-it-scale', 'asm'] as const;

export type ShownLanguage = (typeof shownLanguages)[number];

/** The shells that have completion. */
export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];
