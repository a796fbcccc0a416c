import { faultHandlingOf } from '../program/ir.ts';
import { programOf, type Strategy } from '../strategies/strategy.ts';
import { Follower } from './follow.ts';
import { iterationsFor, rehearse } from './rehearsal.ts';
import type { Row, Shape } from './rows.ts';

/** A strategy as a tracer would see it. */
export interface Likeness {
  readonly strategy: string;
  readonly shape: Shape;
  /** The part of the time of its loads in which the code can be written. */
  readonly writableFraction: number;
}

/** Which strategies make the calls that were observed. */
export interface Classification {
  /** Those that make the same calls; empty for none. */
  readonly same: readonly string[];
  /** Where there is none: the nearest, and in what it differs, as phrases. */
  readonly nearest?: { readonly strategy: string; readonly differences: readonly string[] };
}

/**
 * How strategies look to a tracer, by their own programs for modules of so many pages: whoever loads a page
 * at a time makes other calls than who loads four.
 */
export function likenessesOf(strategies: readonly Strategy[], pages: number, pageSize: number): Likeness[] {
  return strategies.flatMap((strategy): Likeness[] => {
    const program = programOf(strategy, { pages: pagesOf(strategy, pages, pageSize), pageSize });
    const follower = new Follower(pageSize);
    for (const event of rehearse(program, iterationsFor(program))) follower.event(event);
    const [row] = follower.end().rows;
    if (row === undefined) return [];
    return [{ strategy: strategy.name, shape: row.shape, writableFraction: writableFractionOf(row) }];
  });
}

/** Of what is loaded page by page as it is called, a load is a page, and a module is more. */
function pagesOf(strategy: Strategy, pages: number, pageSize: number): number {
  const isByPage = faultHandlingOf(programOf(strategy, { pages, pageSize })) !== undefined;
  return isByPage ? Math.max(2, pages) : pages;
}

/** From 0 to 1; 0 where loads took no time. */
export function writableFractionOf({ writableFor, took }: Pick<Row, 'writableFor' | 'took'>): number {
  return took === 0 ? 0 : Math.min(1, writableFor / took);
}

/** From this share on code is writable all the time, but while a view is exchanged. */
const always = 0.9;

/** Which strategies a row is. */
export function classify(
  shape: Shape,
  writableFraction: number,
  likenesses: readonly Likeness[],
): Classification {
  const same = likenesses.filter((each) => isSameMemory(shape, each.shape) && isSameLife(shape, each.shape));
  if (same.length > 0) {
    return { same: byWindow(same, shape, writableFraction).map(({ strategy }) => strategy) };
  }
  const compared = likenesses
    .map((each) => ({ strategy: each.strategy, ...comparisonOf(shape, each.shape) }))
    .sort((a, b) => a.distance - b.distance);
  const [nearest] = compared;
  if (nearest === undefined || nearest.distance > mostDistance) return { same: [] };
  return { same: [], nearest: { strategy: nearest.strategy, differences: nearest.differences } };
}

/**
 * The calls are the same; how long the code can be written may still tell them apart. A tracer makes the
 * time between two calls long: only that code can be written nearly always is sure.
 */
function byWindow(same: readonly Likeness[], { kind }: Shape, writableFraction: number): readonly Likeness[] {
  const isAlways = writableFraction >= always;
  const alike = same.filter((each) => each.writableFraction >= always === isAlways);
  if (kind !== 'repeated' || alike.length === 0) return same;
  return isAlways ? alike : [...alike, ...same.filter((each) => !alike.includes(each))];
}

/** A likeness that is further away is none. */
const mostDistance = 4;

function isSameMemory(a: Shape, b: Shape): boolean {
  return a.backing === b.backing && a.traits.join() === b.traits.join();
}

function isSameLife(seen: Shape, known: Shape): boolean {
  if (seen.kind !== 'kept') return seen.kind === known.kind && seen.steps.join() === known.steps.join();
  // Loads of what stays writable make no calls: how it was mapped is all there is to see.
  if (seen.state.includes('w')) return known.kind === 'kept' && known.state === seen.state;
  return isBeginOf(withoutEnd(seen.steps), known.steps);
}

/** What was kept may have been given back at the end. */
function withoutEnd(steps: readonly string[]): readonly string[] {
  const last = steps.findLastIndex((step) => !step.includes(' gone'));
  return steps.slice(0, last + 1);
}

function isBeginOf(steps: readonly string[], all: readonly string[]): boolean {
  return steps.length > 0 && steps.every((step, index) => step === all[index]);
}

function comparisonOf(
  seen: Shape,
  known: Shape,
): { readonly distance: number; readonly differences: string[] } {
  const differences: string[] = [];
  let distance = 0;
  if (!isSameLife(seen, known)) {
    if (seen.kind === 'kept' && seen.state.includes('w'))
      return { distance: Number.POSITIVE_INFINITY, differences };
    const missing = known.steps.filter((step) => !seen.steps.includes(step));
    const more = seen.steps.filter((step) => !known.steps.includes(step));
    distance += 2 * Math.max(missing.length, more.length) + (seen.kind === known.kind ? 0 : 1);
    if (more.length > 0) differences.push(`it makes ${more.join(', ')}`);
    if (missing.length > 0) differences.push(`it does not make ${missing.join(', ')}`);
    if (more.length + missing.length === 0) differences.push('its steps come in another order or number');
  }
  if (seen.backing !== known.backing) {
    distance += 1.5;
    differences.push(`its memory is ${seen.backing}, not ${known.backing}`);
  }
  const [added, lacking] = [
    seen.traits.filter((trait) => !known.traits.includes(trait)),
    known.traits.filter((trait) => !seen.traits.includes(trait)),
  ];
  distance += added.length + lacking.length;
  if (added.length > 0) differences.push(`with ${added.join(', ')}`);
  if (lacking.length > 0) differences.push(`without ${lacking.join(', ')}`);
  return { distance, differences };
}
