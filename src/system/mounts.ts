/** A line of /proc/<pid>/mounts. */
export interface Mount {
  readonly folder: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** The mount that a path lies in: the longest folder, and of equal ones the last, which covers the others. */
export function mountOf(mounts: string, path: string): Mount | undefined {
  return mounts
    .split('\n')
    .map((line): Mount => {
      const [, folder = '', type = '', options = ''] = line.split(' ').map(unescaped);
      return { folder, type, options: options.split(',') };
    })
    .filter(({ folder }) => folder === path || folder === '/' || path.startsWith(`${folder}/`))
    .reduce<Mount | undefined>(
      (found, each) => (found === undefined || each.folder.length >= found.folder.length ? each : found),
      undefined,
    );
}

/** White space and backslashes are octal there. */
function unescaped(word: string): string {
  return word.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));
}
