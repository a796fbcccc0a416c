import type { DefineContext } from '../../program/builder.ts';
import type { ModuleSize } from '../../program/step.ts';
import { programOf, type Strategy } from '../../strategies/strategy.ts';
import { RequestError } from '../request-error.ts';
import { describeError, type OwnModule } from './module.ts';

/** Sizes at which every strategy must be a program. Bytes. */
const sizes: readonly ModuleSize[] = [
  { pages: 4, pageSize: 4096 },
  { pages: 1, pageSize: 4096 },
];

/** Throws a RequestError that names the user's line unless a strategy records a program. */
export function checkProgram(strategy: Strategy, module: OwnModule): void {
  for (const size of sizes) {
    try {
      programOf(atOnce(strategy), size);
    } catch (error) {
      const what = describeError(error).replace(`${strategy.name}: `, '');
      const place = module.lineOf(error) ?? lineOfValue(strategy, size, what, module) ?? module.name;
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

/** A leak is found when the recording ends: the line is then the one that made the value, which the message begins with. */
function lineOfValue(
  strategy: Strategy,
  size: ModuleSize,
  what: string,
  module: OwnModule,
): string | undefined {
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
    return [...madeAt].find(([name]) => what.startsWith(`${name} `))?.[1];
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
