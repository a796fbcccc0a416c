import { wrapText } from '../../src/format/text.ts';

/** A text that roff shows as it is. */
export function plain(text: string): string {
  return text
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll("'", String.raw`\(aq`)
    .replaceAll('"', String.raw`\(dq`)
    .replaceAll('’', String.raw`\(cq`)
    .replaceAll('…', '...')
    .replaceAll('`', String.raw`\(ga`)
    .replaceAll('^', String.raw`\(ha`)
    .replaceAll('~', String.raw`\(ti`)
    .replaceAll(/^\./gm, String.raw`\&.`);
}

/** A line of a macro and its words, each one argument. */
export function macro(name: string, ...words: readonly string[]): string {
  return [`.${name}`, ...words.map((word) => `"${plain(word)}"`)].join(' ');
}

/** A list of terms and what they mean; none where there are no terms. */
export function termList(terms: readonly (readonly [term: string, meaning: string])[]): string[] {
  if (terms.length === 0) return [];
  const items = terms.flatMap(([term, meaning]) => [macro('It', term), sentences(meaning)]);
  return ['.Bl -tag -width 12n', ...items, '.El'];
}

/** A text in short lines, each sentence on lines of its own, as roff wants them. */
export function sentences(text: string): string {
  const lines = text.replaceAll(/\s+/g, ' ').replaceAll(/([^.][.:;]) (?=[A-Z])/g, '$1\n');
  return plain(
    lines
      .split('\n')
      .map((line) => wrapText(line, 66))
      .join('\n'),
  );
}
