/**
 * Checks that each link to a source file, in the catalogue and in the documents, names a file that its
 * repository has: by the list in scripts/links.json, which says at which commit the file was seen, and when.
 *
 *  npx tsx scripts/links.ts links that the list lacks, or has no use for
 *  npx tsx scripts/links.ts --mirrors <folder> looks into git repositories, <folder>/owner+name/repo, and
 * brings the
 *  list up to date
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { owners } from '../src/strategies/owners.ts';

const root = join(import.meta.dirname, '..');
const listFile = join(root, 'scripts/links.json');

/** A source file that is linked to. */
export interface LinkedFile {
  /** As `github.com/qemu/qemu`. */
  readonly repository: string;
  readonly path: string;
}

/** A source file that was looked for; null where no copy of its repository was at hand. */
export interface SeenFile extends LinkedFile {
  readonly commit: string | null;
  /** As `2026-11-27`. */
  readonly seen: string | null;
}

const forms = [
  /https:\/\/(github\.com\/[\w.-]+\/[\w.-]+)\/blob\/[\w.-]+\/([^\s)'"#>]+)/g,
  /https:\/\/(android\.googlesource\.com\/[\w./-]+?)\/\+\/[\w.-]+\/([^\s)'"#>]+)/g,
  /https:\/\/(git\.savannah\.gnu\.org\/cgit\/[\w.-]+)\/tree\/([^\s)'"#>?]+)/g,
] as const;

/** The source files that a text links to. */
export function linksIn(text: string): LinkedFile[] {
  return forms.flatMap((form) =>
    [...text.matchAll(form)].map(([, repository = '', path = '']) => ({ repository, path })),
  );
}

/** The source files that the catalogue and the documents link to, each once. */
export function linkedFiles(): LinkedFile[] {
  const documents = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const texts = [
    ...Object.values(owners).flatMap((list) => list.map(({ url }) => url)),
    ...['README.md', ...documents.map((name) => join('docs', name))].map((name) =>
      readFileSync(join(root, name), 'utf8'),
    ),
  ];
  return [...new Map(texts.flatMap(linksIn).map((each) => [keyOf(each), each])).values()];
}

export function keyOf({ repository, path }: LinkedFile): string {
  return `${repository}/${path}`;
}

/** The list as it is. */
export function seenFiles(): SeenFile[] {
  return JSON.parse(readFileSync(listFile, 'utf8')) as SeenFile[];
}

/**
 * Looks for a file in the copy of its repository; as it was where there is none. Throws where it has no such
 * file.
 */
function lookFor(file: LinkedFile, before: SeenFile | undefined, mirrors: string): SeenFile {
  const [, owner, name] = file.repository.split('/');
  const folder = join(mirrors, `${owner}+${name}`, 'repo');
  if (!existsSync(folder)) return before ?? { ...file, commit: null, seen: null };
  const git = (...args: string[]) => spawnSync('git', ['--git-dir', folder, ...args], { encoding: 'utf8' });
  const commit = git('rev-parse', 'HEAD').stdout.trim();
  if (git('cat-file', '-e', `${commit}:${file.path}`).status !== 0)
    throw new Error(`${file.repository} has no ${file.path} at ${commit}`);
  return { ...file, commit, seen: new Date().toISOString().slice(0, 10) };
}

function write(files: readonly SeenFile[]): void {
  const sorted = files.toSorted((a, b) => (keyOf(a).toLowerCase() < keyOf(b).toLowerCase() ? -1 : 1));
  const line = ({ repository, path, commit, seen }: SeenFile) =>
    `  ${JSON.stringify({ repository, path, commit, seen })}`;
  writeFileSync(listFile, `[\n${sorted.map(line).join(',\n')}\n]\n`);
}

function main(): void {
  const { mirrors } = parseArgs({ options: { mirrors: { type: 'string' } } }).values;
  const known = new Map(seenFiles().map((each) => [keyOf(each), each]));
  const linked = linkedFiles();
  if (mirrors !== undefined) write(linked.map((each) => lookFor(each, known.get(keyOf(each)), mirrors)));
  for (const { seen, ...each } of seenFiles()) if (seen === null) console.log(`not seen: ${keyOf(each)}`);
  for (const each of linked) if (!known.has(keyOf(each))) console.log(`not in the list: ${keyOf(each)}`);
}

if (process.argv[1] === import.meta.filename) main();
