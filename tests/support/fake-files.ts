import type { SystemFiles } from '../../src/system/files.ts';

/** A tree of /proc and /sys: texts by path. */
export function fakeFiles(texts: Readonly<Record<string, string>>): SystemFiles {
  return {
    readText: (path) => texts[path]?.trim(),
    list(path) {
      const below = Object.keys(texts).filter((each) => each.startsWith(`${path}/`));
      return [...new Set(below.map((each) => each.slice(path.length + 1).split('/')[0] ?? ''))];
    },
  };
}
