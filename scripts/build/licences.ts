import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folders of the packages that files came from. */
export function packagesOf(inputs: Iterable<string>): string[] {
  return [...new Set([...inputs].flatMap((input) => packageFolder.exec(input)?.[0] ?? []))].sort();
}

/** Packages in folders as package URLs name them, with their versions: `zod@4.6.7`. */
export function namesOf(project: string, folders: readonly string[]): string[] {
  return folders.map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(project, folder, 'package.json'), 'utf8'));
    return `${name}@${version}`;
  });
}

/** The licences of packages, as their authors ask to be passed on. Throws where there is none. */
export function licencesOf(project: string, folders: readonly string[]): string {
  const texts = folders.map((folder) => licenceOf(join(project, folder)));
  return `dist holds parts of these packages.\n\n${texts.join('\n')}`;
}

const packageFolder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

function licenceOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { name, version, license, author } = manifest;
  const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)/i.test(each));
  if (license === undefined && file === undefined) throw new Error(`${folder} has no licence`);
  const by = typeof author === 'string' ? author : author?.name;
  const text =
    file === undefined
      ? `${license} licence${by === undefined ? '' : `, by ${by}`}`
      : readFileSync(join(folder, file), 'utf8').trim();
  return `${'-'.repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`;
}
