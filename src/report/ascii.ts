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
 * A report for a terminal that shows ASCII only. Every character keeps its width, so that tables and charts stay aligned;
 * letters lose their accents, and `?` stands for what has no likeness.
 */
export function asciiOf(text: string): string {
  return text.normalize('NFC').replace(beyondAscii, (found) => {
    const [character = ''] = found;
    const [plain = ''] = character.normalize('NFD');
    return substitutes[character] ?? (plain < '\u0080' ? plain : unknown);
  });
}
