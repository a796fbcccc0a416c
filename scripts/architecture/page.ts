import { rooms } from './floors.ts';

/** Rooms that src/ has and the list has not. */
export function unlisted(present: readonly string[]): string[] {
  return present.filter((name) => !rooms.some((room) => room.name === name));
}

const begin = '<!-- Printed by scripts/architecture.ts: -->\n';
const end = '<!-- end -->';

/** The page with its table of rooms made anew. */
export function pageWithTable(page: string, present: readonly string[]): string {
  const [before, rest] = page.split(begin);
  const after = rest?.slice(rest.indexOf(end));
  if (before === undefined || after === undefined) throw new Error('the page has no place for the table');
  const rows = rooms
    .filter(({ name }) => present.includes(name))
    .map(({ name, what }) => `| \`src/${name}${name.includes('.') ? '' : '/'}\` | ${what} |`);
  return `${before}${begin}| room | what is in it |\n| --- | --- |\n${rows.join('\n')}\n${after}`;
}
