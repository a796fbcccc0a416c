/**
 * Draws docs/images/architecture.svg and writes the table of modules into docs/architecture.md, from the
 * folders of src/, the imports between them and the list of modules in scripts/architecture/modules.ts.
 *
 *  npx tsx scripts/architecture.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrowsOf, importsOf, modulesOf, upwardImports } from './architecture/imports.ts';
import { pageWithTable, unlisted } from './architecture/page.ts';
import { pictureOf } from './architecture/picture.ts';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src');
const page = join(root, 'docs/architecture.md');

const present = modulesOf(source);
const imports = importsOf(source);
for (const name of unlisted(present)) {
  console.error(`src/${name} has no place in scripts/architecture/modules.ts`);
  process.exitCode = 1;
}
for (const { file, to } of upwardImports(imports)) {
  console.error(`src/${file} imports ${to}, which is above it`);
  process.exitCode = 1;
}
writeFileSync(join(root, 'docs/images/architecture.svg'), pictureOf(present, arrowsOf(imports)));
writeFileSync(page, pageWithTable(readFileSync(page, 'utf8'), present));
