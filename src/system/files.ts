import { readdirSync, readFileSync } from 'node:fs';

/**
 * Where the kernel's settings are read: the file system of this host, or the tree of a test. Throws nothing.
 */
export interface SystemFiles {
  /** The text of a file without white space at its ends; undefined where it is absent or cannot be read. */
  readonly readText: (path: string) => string | undefined;
  /** The names in a folder, in order; none where it cannot be read. */
  readonly list: (path: string) => string[];
}

/** The files of this host. */
export const systemFiles: SystemFiles = {
  readText(path) {
    try {
      return readFileSync(path, 'utf8').trim();
    } catch {
      return undefined;
    }
  },
  list(path) {
    try {
      return readdirSync(path).sort(byNumber);
    } catch {
      return [];
    }
  },
};

/** cpu2 before cpu10: a shorter name with the same beginning is a smaller number. */
function byNumber(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

/** The same files, each read once: checks that look at one file see one text. */
export function readOnce({ readText, list }: SystemFiles): SystemFiles {
  return { readText: remembered(readText), list: remembered(list) };
}

function remembered<T>(read: (path: string) => T): (path: string) => T {
  const known = new Map<string, T>();
  return (path) => {
    const found = known.has(path) ? (known.get(path) as T) : read(path);
    known.set(path, found);
    return found;
  };
}
