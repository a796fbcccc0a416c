/** Bytes of a folder's name that criterion keeps. */
const nameBytes = 64;

/**
 * A name as criterion makes a folder of it (src/report.rs, make_filename_safe): without characters that file systems
 * refuse, and cut between characters. Names that would lead elsewhere, which criterion does not expect, become `_`.
 */
export function directoryName(name: string): string {
  const safe = firstBytes(name.replace(/[?"/\\*<>:|^\p{Cc}\p{Cs}]/gu, '_'), nameBytes);
  return /^\.{0,2}$/.test(safe) ? '_' : safe;
}

function firstBytes(text: string, limit: number): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    kept += character;
  }
  return kept;
}
