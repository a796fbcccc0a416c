import { stripVTControlCharacters } from 'node:util';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\s\u0000-\u001f\u007f-\u009f]+/g;

/** Text from a document as it may be shown: one line, and nothing that a terminal would obey. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replace(controls, ' ').trim();
}

/** Breaks plain text between words into lines of at most `width` columns; lines after the first are indented. */
export function wrapText(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((long) => pieces(long, width - indent.length))) {
    const start = lines.length === 0 ? '' : indent;
    if (line !== '' && (start + line).length + 1 + word.length > width) {
      lines.push(start + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, (lines.length === 0 ? '' : indent) + line].join('\n');
}

/** A word in pieces that fit a line. */
function pieces(word: string, length: number): string[] {
  return word.match(new RegExp(`.{1,${length}}`, 'gu')) ?? [];
}

/** `1 page`, `4 pages`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Columns of the longest line, escape sequences not counted. */
export function textWidth(text: string): number {
  return Math.max(
    ...stripVTControlCharacters(text)
      .split('\n')
      .map((line) => [...line].length),
  );
}
