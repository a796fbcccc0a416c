/** What tells cases of one strategy apart, and which side a column of it is aligned to. */
export const settings = {
  pages: 'right',
  workload: 'left',
  threads: 'right',
  others: 'left',
  layout: 'left',
  engine: 'left',
} as const;

/** The name of a setting. */
export type Setting = keyof typeof settings;

/** The settings in which cases differ. */
export function differingSettings(
  cases: readonly Readonly<Partial<Record<Setting, string | number | null | undefined>>>[],
): Setting[] {
  const names = Object.keys(settings) as Setting[];
  return names.filter((name) => new Set(cases.map((each) => each[name])).size > 1);
}
