import { width, wrapProse } from './wrap.ts';

const block = /^( *)\/\*\*((?:(?!\*\/)[\s\S])*)\*\/$/gm;

/** TypeScript in which comments that are wider than a line are wrapped; the others stay as they are. */
export function wrapComments(text: string): string {
  return text
    .replace(block, wrapBlock)
    .replace(/^( *)\/\/ (.*)$/gm, (whole, indent: string, words: string) =>
      whole.length > width && !words.startsWith('biome-ignore') && !words.includes('http')
        ? wrapProse(words, `${indent}// `, `${indent}// `).join('\n')
        : whole,
    );
}

function wrapBlock(whole: string, indent: string, body: string): string {
  if (whole.split('\n').every((line) => line.length <= width)) return whole;
  const lines = body.split('\n').map((line) => line.replace(/^ *\* ?/, '').trimEnd());
  const start = `${indent} * `;
  const paragraphs: string[] = [];
  for (const line of lines) {
    const isOwn = line === '' || /^(\s|[-*|] |@)/.test(line);
    const before = paragraphs.at(-1);
    if (isOwn || before === undefined || before === '' || /^(\s|[-*|] |@)/.test(before))
      paragraphs.push(line);
    else paragraphs[paragraphs.length - 1] = `${before} ${line}`;
  }
  const wrapped = paragraphs
    .join('\n')
    .trim()
    .split('\n')
    .flatMap((paragraph) =>
      paragraph === '' ? [`${indent} *`] : wrapProse(paragraph.trimEnd(), start, start),
    );
  return [`${indent}/**`, ...wrapped, `${indent} */`].join('\n');
}
