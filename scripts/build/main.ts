/** What `npm run build` adds to what tsc wrote to dist: libraries in one file each, pages' scripts, licences, the commit. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildClientScript, clientScriptNames } from '../../src/report/client-script.ts';
import { commitOf } from '../../src/system/git.ts';
import { bundleLibrary } from './libraries.ts';
import { licencesOf, namesOf, packagesOf } from './licences.ts';
import { copyTypes } from './types.ts';

const project = join(import.meta.dirname, '../..');
const dist = join(project, 'dist');

const inputs = new Set<string>();
for (const name of readdirSync(join(project, 'src/vendor'))) {
  const library = name.replace(/\.ts$/, '');
  for (const input of await bundleLibrary(project, library)) inputs.add(input);
}
for (const name of clientScriptNames) {
  const { code, inputs: found } = buildClientScript(name);
  writeFileSync(join(dist, `report/client/${name}.min.js`), code);
  for (const input of found) inputs.add(input);
}
copyTypes(join(project, 'node_modules/zod'), 'v4/classic/external.d.ts', join(dist, 'vendor/zod'));
writeFileSync(join(dist, 'vendor/zod.d.ts'), "export * as z from './zod/v4/classic/external.js';\n");
inputs.add('node_modules/zod/');
const packages = packagesOf(inputs);
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licencesOf(project, packages));
// What `npm sbom` cannot know.
writeFileSync(join(dist, 'bundled.json'), `${JSON.stringify(namesOf(project, packages))}\n`);

const commit = commitOf(project);
if (commit !== undefined) writeFileSync(join(dist, 'commit.json'), `${JSON.stringify(commit)}\n`);
