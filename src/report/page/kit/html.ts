import { escapeMarkup } from '../../../format/markup.ts';
import { plainText } from '../../../format/text.ts';

/** Markup that is safe to stand in a page as it is. */
export interface Html {
  readonly markup: string;
}

/**
 * What a template takes: text, which is escaped, markup, and lists of either; nothing for what is not there.
 */
export type Content = string | number | Html | undefined | readonly Content[];

/** Markup from a template: what is put into it as text is one line without controls, and escaped. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return { markup: parts.map((part, index) => part + markupOf(contents[index])).join('') };
}

/** Markup that was made elsewhere and escapes what it shows. */
export function trusted(markup: string): Html {
  return { markup };
}

/** Nothing. */
export const none: Html = { markup: '' };

function markupOf(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'string') return escapeMarkup(plainText(content));
  if (typeof content === 'number') return String(content);
  return 'markup' in content ? content.markup : content.map(markupOf).join('');
}
