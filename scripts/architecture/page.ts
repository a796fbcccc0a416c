import { modules } from './modules.ts';

/** Modules that src/ has and the list has not. */
export function unlisted(present: readonly string[]): string[] {
  return present.filter((name) => !modules.some((module) => module.name === name));
}

const begin = '<!-- Printed by scripts/architecture.ts: -->\n';
const end = '<!-- end -->';

/** The page with its table of modules made anew. */
export function pageWithTable(page: string, present: readonly string[]): string {
  const [before, rest] = page.split(begin);
  const after = rest?.slice(rest.indexOf(end));
  if (before === undefined || after === undefined) throw new Error('the page has no place for the table');
  const rows = modules
    .filter(({ name }) => present.includes(name))
    .map(({ name, what }) => `| \`src/${name}${name.includes('.') ? '' : '/'}\` | ${what} |`);
  return `${before}${begin}| module | what is in it |\n| --- | --- |\n${rows.join('\n')}\n${after}`;
}
