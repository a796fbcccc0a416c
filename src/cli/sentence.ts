import { plainText, shortenMiddle } from '../report/text.ts';

/** Characters of the longest sentence: a screen of 80 columns shows it. */
const longest = 1500;

/** What is said on standard error: one line, whatever the user's words that it quotes hold, and no longer than can be read. */
export function sentenceOf(text: string): string {
  return shortenMiddle(plainText(text), longest);
}

/** Commander puts its guess on a line of its own. */
const guess = /\n(\(Did you mean [^\n]*\))\n*$/;

/** How commander's messages are written: each as one sentence, and its guess below. */
export const outputAsSentences = {
  outputError(text: string, write: (text: string) => void): void {
    const [tail, nearest] = guess.exec(text) ?? [];
    const sentence = sentenceOf(tail === undefined ? text : text.slice(0, -tail.length));
    write(`${sentence}\n${nearest === undefined ? '' : `${sentenceOf(nearest)}\n`}`);
  },
};
