import { callLibc } from './libc.ts';

const _SC_PAGESIZE = 30;

/** The system's page size in bytes. */
export function pageSize(): number {
  return callLibc('sysconf', _SC_PAGESIZE);
}
