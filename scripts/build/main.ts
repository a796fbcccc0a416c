/**
 * What `npm run build` makes in dist, once tsc has written declarations: the program, its types, pages'
 * scripts, licences, the commit.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildClientScript, clientScriptNames } from '../../src/report/client-script.ts';
import { commitOf } from '../../src/system/version.ts';
import { bundleProgram } from './bundle.ts';
import { licencesOf, namesOf, packagesOf } from './licences.ts';
import { copyTypes } from './types.ts';

const project = join(import.meta.dirname, '../..');
const dist = join(project, 'dist');

const inputs = new Set(await bundleProgram(project));
mkdirSync(join(dist, 'report/client'), { recursive: true });
for (const name of clientScriptNames) {
  const { code, inputs: found } = buildClientScript(name);
  writeFileSync(join(dist, `report/client/${name}.min.js`), code);
  for (const input of found) inputs.add(input);
}
// Of the declarations, those of the API.
copyTypes(join(dist, 'declarations'), 'index.d.ts', dist);
rmSync(join(dist, 'declarations'), { recursive: true });
copyTypes(join(project, 'node_modules/zod'), 'v4/classic/external.d.ts', join(dist, 'vendor/zod'));
writeFileSync(join(dist, 'vendor/zod.d.ts'), "export * as z from './zod/v4/classic/external.js';\n");
inputs.add('node_modules/zod/');
const packages = packagesOf(inputs);
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licencesOf(project, packages));
// What `npm sbom` cannot know.
writeFileSync(join(dist, 'bundled.json'), `${JSON.stringify(namesOf(project, packages))}\n`);

const commit = commitOf(project);
if (commit !== undefined) writeFileSync(join(dist, 'commit.json'), `${JSON.stringify(commit)}\n`);
