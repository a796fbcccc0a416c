import { plainText } from './text.ts';

/** Ids of cases as short as they can be: what follows the strategy is left out where all ids have it. */
export function caseLabels(ids: readonly string[]): string[] {
  const parts = ids.map((id) => id.split('/'));
  const isShared = (part: string) => parts.every(([, ...settings]) => settings.includes(part));
  return parts.map(([strategy = '', ...settings]) =>
    plainText([strategy, ...settings.filter((part) => !isShared(part))].join('/')),
  );
}
