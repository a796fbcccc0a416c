import { MapbenchError } from './errors.ts';
import { generalEvents } from './general-events.ts';
import type { EventSource } from './perf-events.ts';
import { alternatives, nearest } from './spelling.ts';

const PERF_TYPE_TRACEPOINT = 2;

const pmus = '/sys/bus/event_source/devices';
const traces = ['/sys/kernel/tracing/events', '/sys/kernel/debug/tracing/events'];

/** Where a host's events are read; `list` gives nothing where folders cannot be listed. */
export interface EventFiles {
  readonly readText: (path: string) => Promise<string | undefined>;
  readonly list: (path: string) => string[];
}

/** How many names an error offers. */
const offered = 3;

/**
 * What a name stands for: a general event (`cycles`, `page-faults`), a tracepoint (`tlb:tlb_flush`), one of a
 * PMU's names (`mem-loads`) or a PMU with terms (`cpu/event=0x85,umask=1/`), each with a modifier `:u`, `:k`
 * or `:uk` for the modes of the CPU in which it counts. Rejects with an error of kind `usage` for what does
 * not exist, of kind `unavailable` where that cannot be seen.
 */
export async function findEvent(text: string, files: EventFiles): Promise<EventSource> {
  const [, name = text, modifier = ''] = /^(.+?)(?::(u|k|uk|ku))?$/.exec(text) ?? [];
  const mode = modifier === 'u' ? 'user' : modifier === 'k' ? 'kernel' : 'both';
  const general = generalEvents.get(name);
  if (general !== undefined) return { ...general, mode };
  const [, pmu, terms] = /^([\w.-]+)\/(.*)\/$/.exec(name) ?? [];
  if (pmu !== undefined && terms !== undefined) return { ...(await pmuEvent(text, pmu, terms, files)), mode };
  const [, group, event] = /^([\w-]+):([\w-]+)$/.exec(name) ?? [];
  if (group !== undefined && event !== undefined)
    return { type: PERF_TYPE_TRACEPOINT, config: await tracepointId(text, group, event, files), mode };
  const named = (each: string) => files.list(`${pmus}/${each}/events`).filter((file) => !file.includes('.'));
  const owner = files.list(pmus).find((each) => named(each).includes(name));
  if (owner !== undefined) return { ...(await pmuEvent(text, owner, name, files)), mode };
  throw noSuch(`event ${text}`, name, [...generalEvents.keys(), ...files.list(pmus).flatMap(named)]);
}

async function tracepointId(text: string, group: string, event: string, files: EventFiles): Promise<number> {
  for (const root of traces) {
    const id = await files.readText(`${root}/${group}/${event}/id`);
    if (id !== undefined) return Number(id);
  }
  const root = traces.find((path) => files.list(path).length > 0);
  if (root === undefined)
    throw new MapbenchError(
      'unavailable',
      `event ${text} cannot be counted: no tracepoint can be read; as root, mount -t tracefs tracefs /sys/kernel/tracing`,
    );
  const names = files.list(root).includes(group)
    ? eventsIn(root, group, files)
    : files.list(root).flatMap((each) => eventsIn(root, each, files));
  throw noSuch(`event ${text}`, text, names);
}

function eventsIn(root: string, group: string, files: EventFiles): string[] {
  return files
    .list(`${root}/${group}`)
    .filter((name) => name !== 'enable' && name !== 'filter')
    .map((name) => `${group}:${name}`);
}

/** Terms with commas between them, each `name=value`, `name` for 1, or the name of an event of the PMU. */
async function pmuEvent(
  text: string,
  pmu: string,
  terms: string,
  files: EventFiles,
): Promise<Omit<EventSource, 'mode'>> {
  const folder = `${pmus}/${pmu}`;
  const type = await files.readText(`${folder}/type`);
  if (type === undefined) throw noSuch(`PMU ${pmu}`, pmu, files.list(pmus), text);
  const words = { config: 0n, config1: 0n, config2: 0n };
  const add = async (term: string): Promise<void> => {
    const [name = '', value] = term.trim().split('=');
    const alias = value === undefined ? await files.readText(`${folder}/events/${name}`) : undefined;
    if (alias !== undefined) {
      for (const each of alias.split(',')) await add(each);
      return;
    }
    const [word, ...ranges] = formatOf(name, await files.readText(`${folder}/format/${name}`));
    const known = ['events', 'format'].flatMap((each) => files.list(`${folder}/${each}`));
    if (word === undefined) throw noSuch(`term ${name}`, name, known, text);
    words[word] |= spread(numberIn(text, value ?? '1'), ranges);
  };
  for (const term of terms.split(',')) await add(term);
  const { config, config1, config2 } = words;
  return { type: Number(type), config, ...(config1 > 0n && { config1 }), ...(config2 > 0n && { config2 }) };
}

type Range = readonly [first: bigint, last: bigint];
type Format = readonly [word?: 'config' | 'config1' | 'config2', ...ranges: Range[]];

/** As `config:0-7,32-35`; `config` itself is a term, too. */
function formatOf(name: string, text: string | undefined): Format {
  if (name === 'config' || name === 'config1' || name === 'config2') return [name, [0n, 63n]];
  const [, word, places] = /^(config[12]?):([\d,-]+)$/.exec(text ?? '') ?? [];
  if (word === undefined || places === undefined) return [];
  const ranges = places.split(',').map((place): Range => {
    const [first = '0', last = first] = place.split('-');
    return [BigInt(first), BigInt(last)];
  });
  return [word as 'config', ...ranges];
}

/** Puts the bits of a value, from the lowest on, where ranges want them. */
function spread(value: bigint, ranges: readonly Range[]): bigint {
  let [rest, result] = [value, 0n];
  for (const [first, last] of ranges) {
    const width = last - first + 1n;
    result |= BigInt.asUintN(Number(width), rest) << first;
    rest >>= width;
  }
  return result;
}

function numberIn(text: string, value: string): bigint {
  if (/^(0x[0-9a-f]{1,16}|\d{1,19})$/i.test(value)) return BigInt(value);
  throw new MapbenchError('usage', `event ${text}: ${value} is no number, as 0x85`);
}

/** `what` is not there, which `whole` asks for if it is only a part of it. */
function noSuch(what: string, wanted: string, known: readonly string[], whole?: string): MapbenchError {
  const near: string[] = [];
  while (near.length < offered) {
    const next = nearest(
      wanted,
      known.filter((each) => !near.includes(each)),
    );
    if (next === undefined) break;
    near.push(next);
  }
  const offer = near.length === 0 ? '' : `; near it: ${alternatives(near)}`;
  return new MapbenchError(
    'usage',
    `${whole === undefined ? '' : `event ${whole}: `}there is no ${what} here${offer}`,
  );
}
