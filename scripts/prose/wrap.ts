/** Columns of code, comments and prose alike: biome.json has the same. */
export const width = 110;

const space = '\u0001';

/** A line that Markdown would read as an item, a heading or a quote. */
const special = /^([-+*#>]|\d+[.)])$/;

/** A paragraph in lines; the first begins with `first`, the others with `rest`. */
export function wrapProse(text: string, first: string, rest: string): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  // A link's text stays in one line.
  const whole = text.replace(/\[[^\][]*\]\([^)\s]*\)/g, (link) => link.replaceAll(' ', space));
  for (const joined of whole.split(/ +/).filter((each, index) => each !== '' || index === 0)) {
    const word = joined.replaceAll(space, ' ');
    if (!isEmpty && line.length + 1 + word.length > width && !special.test(word)) {
      lines.push(line);
      line = rest + word;
    } else {
      line += isEmpty ? word : ` ${word}`;
      isEmpty = false;
    }
  }
  return [...lines, line];
}
