import type { DefineContext } from '../../program/builder.ts';
import type { ModuleSize } from '../../program/ir.ts';
import { ProgramError } from '../../program/recording.ts';
import { findStrategy } from '../../strategies/catalogue.ts';
import { programOf, type Strategy, wxClasses } from '../../strategies/strategy.ts';
import { RequestError } from '../../system/errors.ts';
import { alternatives, nearest } from '../../system/spelling.ts';
import { z } from '../../vendor/zod.ts';
import { candidatesIn, describeError, firstLine, loadUserModule, type UserModule } from './load.ts';

/** An issue of a schema whose messages say what is expected, as `wx is "both"; expected flip or dual`. */
export function describeMistake(issue: z.core.$ZodIssue, known: readonly string[]): string {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return unknownKey(path === '' ? key : `${path}.${key}`, key, known);
  }
  return mistake(path === '' ? 'it' : path, issue.input, issue.message);
}

export function mistake(name: string, found: unknown, expected: string): string {
  return `${name} is ${describeValue(found)}; expected ${expected}`;
}

export function unknownKey(name: string, key: string, known: readonly string[]): string {
  return `${name} is not known; the nearest is ${nearest(key, known) ?? alternatives(known)}`;
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object') return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

const text = (error: string) => z.string({ error }).refine((value) => value.trim() !== '', { error });

const owner = z.strictObject(
  { project: text('a name'), url: text('an address'), note: text('a phrase').optional() },
  { error: 'an object with project and url' },
);

const strategySchema = z.strictObject(
  {
    name: z
      .string({ error: 'a name of letters, digits and _, as my_flip' })
      .regex(/^[a-z][a-z0-9_]*$/i, { error: 'a name of letters, digits and _ that begins with a letter' }),
    summary: text('one sentence about it'),
    wx: z.enum(wxClasses, { error: alternatives(wxClasses) }),
    needs: text("what the host must grant in a few words, as 'memfd_create'"),
    define: z.custom((value) => typeof value === 'function', {
      error: 'a function that records its steps',
    }),
    remedy: text('what to do where the host does not grant it').optional(),
    group: z.literal('user', { error: 'user, or nothing' }).optional(),
    shippedBy: z.array(owner, { error: 'a list of projects' }).optional(),
  },
  { error: 'an object, as defineStrategy makes it' },
);

/**
 * Throws a RequestError unless a value has the fields of a strategy. `label` tells the user which one it is.
 */
function checkFields(value: unknown, label: string): asserts value is Strategy {
  const parsed = strategySchema.safeParse(value, { reportInput: true });
  const [issue] = parsed.error?.issues ?? [];
  if (issue !== undefined)
    throw new RequestError(`${label}: ${describeMistake(issue, Object.keys(strategySchema.shape))}`);
  const { name } = value as Strategy;
  if (findStrategy(name) !== undefined)
    throw new RequestError(`${label}: mapbench has a strategy named ${name} already; choose another name`);
}

/** Sizes at which every strategy must be a program. Bytes. */
const sizes: readonly ModuleSize[] = [
  { pages: 4, pageSize: 4096 },
  { pages: 1, pageSize: 4096 },
];

/** Throws a RequestError that names the user's line unless a strategy records a program. */
function checkProgram(strategy: Strategy, module: UserModule): void {
  for (const size of sizes) {
    try {
      programOf(atOnce(strategy), size);
    } catch (error) {
      const what = error instanceof ProgramError ? firstLine(error.problem) : describeError(error);
      const made = error instanceof ProgramError ? lineOfValue(strategy, size, error, module) : undefined;
      const place = module.lineOf(error) ?? made ?? module.name;
      throw new RequestError(`${place}: ${strategy.name}: ${what}`);
    }
  }
}

/** What an async function records after its first await would be lost. */
function atOnce(strategy: Strategy): Strategy {
  return {
    ...strategy,
    define(context) {
      const result: unknown = strategy.define(context);
      if (result instanceof Promise) {
        // Nobody waits for what it throws later.
        result.catch(() => {});
        throw new RequestError('define is async; it must record all steps before it returns');
      }
    },
  };
}

/** A leak is found when the recording ends: the line is then the one that made the value. */
function lineOfValue(
  strategy: Strategy,
  size: ModuleSize,
  { value }: ProgramError,
  module: UserModule,
): string | undefined {
  if (value === undefined) return undefined;
  const madeAt = new Map<string, string | undefined>();
  const note = (result: unknown) => {
    const name = (result as { name?: unknown } | undefined)?.name;
    if (typeof name === 'string') madeAt.set(name, module.lineOf(new Error()));
  };
  const define = ({ setup, iterate, ...rest }: DefineContext) =>
    strategy.define({ ...rest, setup: watched(setup, note), iterate: watched(iterate, note) });
  try {
    programOf({ ...strategy, define }, size);
  } catch {
    return madeAt.get(value);
  }
  return undefined;
}

/** A recorder that shows what its methods return. */
function watched<T extends object>(recorder: T, onResult: (result: unknown) => void): T {
  return new Proxy(recorder, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const result: unknown = member.apply(target, args);
        onResult(result);
        return result;
      };
    },
  });
}

/**
 * The strategies that a user's file declares: by its default export, which is one, a list, or a configuration
 * with a list; and by its named exports. `file` is an absolute path. Throws a RequestError that names the
 * line and the reason.
 */
export async function loadStrategyFile(file: string): Promise<Strategy[]> {
  const module = await loadUserModule(file);
  const strategies = strategiesIn(module);
  if (strategies.length === 0)
    throw new RequestError(
      `${module.name}: it exports no strategy; write export default defineStrategy({ ... })`,
    );
  return strategies;
}

/** The strategies of a loaded file, checked; none where it exports none. */
export function strategiesIn(module: UserModule): Strategy[] {
  const found: Strategy[] = [];
  for (const [value, label] of candidatesIn(module.exports)) {
    checkFields(value, `${module.name}: ${label}`);
    if (found.includes(value)) continue;
    if (found.some(({ name }) => name === value.name))
      throw new RequestError(`${module.name}: two strategies are named ${value.name}; rename one of them`);
    checkProgram(value, module);
    found.push(value);
  }
  return found;
}
