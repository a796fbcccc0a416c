/** A number with so many significant digits and no exponent; never rounds before the decimal point. */
export function formatSignificant(value: number, digits: number): string {
  if (value === 0) return (0).toFixed(digits - 1);
  // Rounding can add a digit before the point: 9.9996 is 10.00.
  const rounded = Number(value.toPrecision(digits));
  const digitsBefore = Math.max(0, Math.floor(Math.log10(Math.abs(rounded))) + 1);
  return value.toFixed(Math.max(0, digits - digitsBefore));
}

/** How many of something there are an iteration, as `4.00`. */
export function formatCount(count: number): string {
  return count.toFixed(2);
}

/** A ratio, as `36.4x`. */
export function formatRatio(ratio: number): string {
  return `${formatSignificant(ratio, 3)}x`;
}

const byteUnits = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A size in the largest binary unit that it fills, as `4 KiB`. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < byteUnits.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${Number.isInteger(size) ? size : size.toFixed(1)} ${byteUnits[unit]}`;
}
