import { distance } from 'fastest-levenshtein';

/** The choice that is spelled most like `wanted`. */
export function nearest(wanted: string, choices: readonly string[]): string | undefined {
  return [...choices].sort((a, b) => distance(wanted, a) - distance(wanted, b))[0];
}

/** Words as a sentence gives a choice: `flip, dual or rwx`. */
export function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
