const units = ['', 'K', 'M', 'G'];

/** Bytes of a size as `64K`, `8M` or `4096`; undefined of anything else. */
export function sizeOf(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,12})([KMG]?)$/i.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * 1024 ** units.indexOf(unit.toUpperCase());
}
