import { shortenMiddle } from '../../text.ts';
import { characterWidth, type Size } from './draw.ts';

/** A case that has a row of a chart. */
export interface RowName {
  readonly key: string;
  readonly name: string;
}

/** How the rows of a chart are named: the room on the left, and what stands there. */
export interface RowNames {
  readonly marginLeft: number;
  readonly domain: readonly string[];
  readonly tickFormat: (key: string) => string;
}

/** Characters of a name beyond which a chart of that size shortens it. */
const mostCharacters = (isWide: boolean) => (isWide ? 34 : 16);

/** Names for the rows of a chart; long ones lose their middle, tables have them whole. */
export function rowNames(rows: readonly RowName[], { isWide }: Size): RowNames {
  const names = new Map(rows.map(({ key, name }) => [key, shortenMiddle(name, mostCharacters(isWide))]));
  const longest = Math.max(0, ...[...names.values()].map((name) => [...name].length));
  return {
    marginLeft: Math.round(longest * characterWidth) + 14,
    domain: [...names.keys()],
    tickFormat: (key) => names.get(key) ?? '',
  };
}
