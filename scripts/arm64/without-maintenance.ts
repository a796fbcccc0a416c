import { cpSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const nop = '0xd503201f';

/** How the built assembler writes the instruction that invalidates a line of the instruction cache; `| register` follows. */
const invalidation = new RegExp(`this\\.#withRegister\\(\\s*"ic ivau",${0xd50b7520},0\\)`);

/** A copy of the built project in a new folder, whose loops for AArch64 do not invalidate the instruction cache. */
export function projectWithoutMaintenance(project: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-arm64-'));
  for (const name of ['bin', 'dist', 'package.json'])
    cpSync(join(project, name), join(folder, name), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
  const chunks = join(folder, 'dist/chunks');
  const files = readdirSync(chunks).map((name) => join(chunks, name));
  const file = files.find((each) => invalidation.test(readFileSync(each, 'utf8')));
  if (file === undefined) throw new Error(`${chunks}: ic ivau is not as it was; see ${import.meta.filename}`);
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(
      invalidation,
      `(() => { const emit = this.#fixed(${nop}); return () => emit(); })()`,
    ),
  );
  return folder;
}
