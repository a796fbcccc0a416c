import { oneLine } from './text.ts';

/** A table of GitHub Flavored Markdown. Cells are markdown already. */
export function markdownTable(
  head: readonly string[],
  aligns: readonly ('left' | 'right')[],
  rows: readonly (readonly string[])[],
): string {
  const delimiters = aligns.map((align) => (align === 'right' ? '---:' : '---'));
  return [head, delimiters, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Text that shows as it is, in one table cell: nothing in it is markup, and pipes do not end the cell. */
export function escapeMarkdown(text: string): string {
  return (
    oneLine(text)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replace(/[\\|`*[\]~]/g, '\\$&')
      // Between letters, as in reuse_lock, an underscore is no markup.
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
  );
}
