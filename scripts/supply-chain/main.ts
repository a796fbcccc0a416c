/**
 * The bill of materials of what is shipped, their licences, and known vulnerabilities. Prints how long each
 * step takes; exits with 1 where one fails. With a file as its argument, it also writes the bill there
 * (CycloneDX).
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../tarball/program.ts';
import { step } from '../timed-step.ts';
import { type Bom, licenceOf, shippedOf } from './bom.ts';

const project = join(import.meta.dirname, '../..');

/** Licences whose only condition is that they are passed on. */
const allowed = [
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'Unlicense',
  'BlueOak-1.0.0',
  '(MIT AND Zlib)',
];

const bill = step(
  'bill of materials',
  makeBill,
  ({ components }) => `${components.length} packages are shipped`,
);
step('licences', () => checkLicences(bill), String);
step('npm audit', audit, String);
const [, , file] = process.argv;
if (file !== undefined) writeFileSync(file, `${JSON.stringify(bill, undefined, 2)}\n`);

function makeBill(): Bom {
  const sbom = (...parameters: string[]): Bom =>
    JSON.parse(run(project, ['npm', 'sbom', '--sbom-format', 'cyclonedx', ...parameters]));
  const bundled: string[] = JSON.parse(readFileSync(join(project, 'dist/bundled.json'), 'utf8'));
  return shippedOf(sbom(), sbom('--omit', 'dev'), bundled);
}

function checkLicences({ components }: Bom): string {
  const counts = new Map<string, number>();
  for (const component of components) {
    const licence = licenceOf(component);
    if (licence === undefined || !allowed.includes(licence))
      throw new Error(
        `${component['bom-ref']}: ${licence ?? 'no licence'} is not among ${allowed.join(', ')}`,
      );
    counts.set(licence, (counts.get(licence) ?? 0) + 1);
  }
  return [...counts].map(([licence, count]) => `${count} ${licence}`).join(', ');
}

/** Of all packages, as those that only developers install go into dist too. */
function audit(): string {
  const { stdout, status } = spawnSync('npm', ['audit', '--json'], { cwd: project, encoding: 'utf8' });
  const answer = JSON.parse(stdout || '{}');
  const found = answer.metadata?.vulnerabilities?.total;
  if (found === undefined)
    return `NOT CHECKED: the registry answers no audit: ${answer.message ?? `status ${status}`}`;
  if (found > 0) throw new Error(`${found} known vulnerabilities; npm audit names them`);
  return 'no known vulnerability';
}
