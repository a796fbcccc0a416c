import { stripVTControlCharacters } from 'node:util';
import sliceAnsi from 'slice-ansi';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\s\u0000-\u001f\u007f-\u009f]+/g;

/** Text from a document as it may be shown: one line, and nothing that a terminal would obey. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replace(controls, ' ').trim();
}

/**
 * Breaks plain text between words into lines of at most `width` columns; lines after the first are indented.
 */
export function wrapText(text: string, width: number, indent = ''): string {
  const [first = '', ...rest] = wrapAnsi(text, width, { hard: true }).split('\n');
  if (rest.length === 0) return first;
  const below = wrapAnsi(rest.join(' '), width - indent.length, { hard: true });
  return [first, ...below.split('\n').map((line) => indent + line)].join('\n');
}

/**
 * Plain text of at most `width` characters: the middle makes way for `…`, for what distinguishes names is at
 * their ends.
 */
export function shortenMiddle(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  const end = Math.max(0, Math.floor((width - 1) / 2));
  const start = Math.max(0, width - 1 - end);
  return [...characters.slice(0, start), '…', ...characters.slice(characters.length - end)].join('');
}

/** A line of at most `width` columns; colours do not count and are ended. */
export function cutLine(line: string, width: number): string {
  const cut = sliceAnsi(line, 0, width);
  // It takes a wide character that begins in the last column.
  return stringWidth(cut) > width ? sliceAnsi(line, 0, width - 1) : cut;
}

/** `1 page`, `4 pages`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Columns of the longest line, escape sequences not counted. */
export function textWidth(text: string): number {
  return Math.max(...text.split('\n').map((line) => stringWidth(line)));
}

/** What stands for each character that reports use, of the same width. */
const substitutes: Readonly<Record<string, string>> = {
  // Rules, axes and boxes.
  '─': '-',
  '│': '|',
  '├': '+',
  '┤': '+',
  '┬': '+',
  '┴': '+',
  '└': '+',
  '█': '#',
  // The last column of a bar: something is never shown as nothing.
  '▏': '.',
  '▎': '.',
  '▍': '.',
  '▌': '#',
  '▋': '#',
  '▊': '#',
  '▉': '#',
  // Marks.
  '·': '.',
  '∘': 'o',
  '•': '*',
  '‹': '<',
  '›': '>',
  '→': '>',
  '…': '~',
  // Text.
  '\u00b5': 'u',
  '\u03bc': 'u',
  '±': '~',
  '×': 'x',
  '²': '2',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '≤': '<',
  '≥': '>',
};

const unknown = '?';

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them
const beyondAscii = /[^\u0000-\u007f]\p{Mark}*/gu;

/**
 * A report for a terminal that shows ASCII only. Every character keeps its width, so that tables and charts
 * stay aligned; letters lose their accents, and `?` stands for what has no likeness.
 */
export function asciiOf(text: string): string {
  return text.normalize('NFC').replace(beyondAscii, (found) => {
    const [character = ''] = found;
    const [plain = ''] = character.normalize('NFD');
    return substitutes[character] ?? (plain < '\u0080' ? plain : unknown);
  });
}

/** With a capital at the beginning. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
