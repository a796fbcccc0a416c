import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serializeDocument } from '../../src/results/file.ts';
import { smallDocuments } from './small-documents.ts';

/** A folder with the files and traps that values.ts names, to be worked in; deeper than `..` leads out of. */
export function makeWorkplace(): { readonly folder: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'mapbench-fuzz-'));
  const folder = join(root, 'a', 'b', 'c', 'd');
  mkdirSync(folder, { recursive: true });
  const put = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text);
  const [good, other] = smallDocuments().map(serializeDocument);
  put('good.json', good ?? '');
  put('other.json', other ?? '');
  put('empty.json', '');
  put('cut.json', (good ?? '').slice(0, 1000));
  put('unreadable.json', good ?? '');
  chmodSync(join(folder, 'unreadable.json'), 0);
  put(
    'binary',
    Uint8Array.from({ length: 4096 }, (_, index) => (index * 167) % 256),
  );
  put('gates.txt', 'memfd < 0.2 * reuse\n# no gate\nrwx < 500\n');
  put(
    'mine.ts',
    "import { defineStrategy } from 'mapbench';\nexport default defineStrategy({ name: 'mine' });\n",
  );
  mkdirSync(join(folder, 'folder'));
  mkdirSync(join(folder, 'history'));
  put('history/one.json', good ?? '');
  put('history/two.json', '{');
  symlinkSync('loop', join(folder, 'loop'));
  symlinkSync('nowhere', join(folder, 'dangling'));
  return { folder, remove: () => rmSync(root, { recursive: true, force: true }) };
}
