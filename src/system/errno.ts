import { getSystemErrorMap } from 'node:util';

const byNumber = new Map([...getSystemErrorMap()].map(([code, [name, text]]) => [-code, { name, text }]));

/** Errors that libuv has no name for, from asm-generic/errno.h. */
const others: Record<number, { name: string; text: string }> = {
  12: { name: 'ENOMEM', text: 'cannot allocate memory' },
  61: { name: 'ENODATA', text: 'no data available' },
};

/** The symbolic name of an errno, as `EAGAIN`. */
export function errnoName(errno: number): string {
  return (others[errno] ?? byNumber.get(errno))?.name ?? `errno ${errno}`;
}

/** An errno for people, as `EAGAIN (resource temporarily unavailable)`. */
export function describeErrno(errno: number): string {
  const known = others[errno] ?? byNumber.get(errno);
  return known === undefined ? `errno ${errno}` : `${known.name} (${known.text})`;
}
