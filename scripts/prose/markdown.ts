import { wrapProse } from './wrap.ts';

/** Lines that stand as they are: headings, tables, quotes, HTML, rules, link definitions. */
const fixed = /^(#|\s*\||>|<|---|\[[^\]]+\]:|\s*$)/;
const item = /^(\s*)([-*] |\d+\. )/;

/** Markdown whose paragraphs and items are wrapped; code, tables and headings stay as they are. */
export function wrapMarkdown(text: string): string {
  const out: string[] = [];
  let paragraph: string[] = [];
  let indent = '';
  const flush = () => {
    if (paragraph.length > 0) out.push(...wrapProse(paragraph.join(' '), '', indent));
    paragraph = [];
    indent = '';
  };
  let isCode = false;
  for (const line of text.split('\n')) {
    if (/^\s*```/.test(line)) {
      flush();
      isCode = !isCode;
      out.push(line);
    } else if (isCode || fixed.test(line) || /^ {4}/.test(line)) {
      flush();
      out.push(line);
    } else {
      const [marker = ''] = item.exec(line) ?? [];
      if (marker !== '') flush();
      if (marker !== '') indent = ' '.repeat(marker.length);
      paragraph.push(paragraph.length === 0 ? line.trimEnd() : line.trim());
    }
  }
  flush();
  return out.join('\n');
}
