/** A block of code of a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** The blocks of code of a page of Markdown, in order. */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}

/** The commands of a block: its lines, less comments. */
export function commandsOf({ text }: Block): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/(^| {2,})# .*$/, '').trim())
    .filter((line) => line !== '');
}
