import { ANONYMOUS, EXEC, NONE, NORESERVE, PRIVATE, READ, SHARED, WRITE } from '../program/builder.ts';
import { needs } from './needs.ts';
import { owners } from './owners.ts';
import { defineStrategy } from './strategy.ts';

export const poolFixed = defineStrategy({
  name: 'pool_fixed',
  summary: 'a reserved pool: mapped over to commit, made executable to run, mapped over to give back',
  group: 'engines',
  wx: 'flip',
  shippedBy: owners.pool_fixed,
  ...needs.written,
  define({ setup, iterate, size }) {
    const reserved = { prot: NONE, flags: PRIVATE | ANONYMOUS | NORESERVE };
    const code = setup.mmap({ name: 'code', length: size, ...reserved });
    iterate.mmapOver(code, { prot: READ | WRITE, flags: PRIVATE | ANONYMOUS });
    iterate.writeModule(code);
    iterate.mprotect(code, READ | EXEC);
    iterate.executeModule(code);
    iterate.mmapOver(code, reserved);
  },
});

/** Maps in the pool, which take turns. */
const pooledMaps = 4;

export const sharedPool = defineStrategy({
  name: 'shared_pool',
  summary:
    'a pool of shared mappings: the code’s part becomes executable to run, its whole block writable to go back',
  group: 'engines',
  wx: 'flip',
  shippedBy: owners.shared_pool,
  ...needs.written,
  define({ setup, iterate, size, pageSize, part }) {
    // Behind the code lies a page of data, which is never executable.
    const length = size + pageSize;
    const pool = Array.from({ length: pooledMaps }, () =>
      setup.mmap({ name: 'map', length, prot: READ | WRITE, flags: SHARED | ANONYMOUS }),
    );
    for (const map of pool) {
      const code = part(map, 0, size);
      iterate.writeModule(code);
      iterate.mprotect(code, READ | EXEC);
      iterate.executeModule(code);
      iterate.mprotect(map, READ | WRITE);
    }
  },
});

/** Bytes of the smallest block, in which most modules leave room. */
const smallestBlock = 128 * 1024;

export const poolBucket = defineStrategy({
  name: 'pool_bucket',
  summary:
    'a pool of blocks of a power of two, 128 KiB or more: the code becomes executable to run, the whole block writable to go back',
  group: 'engines',
  wx: 'flip',
  shippedBy: owners.pool_bucket,
  ...needs.written,
  define({ setup, iterate, size, pageSize, part }) {
    const length = Math.max(smallestBlock, 2 ** Math.ceil(Math.log2(pageSize + size)));
    const flags = PRIVATE | ANONYMOUS;
    const block = setup.mmap({ name: 'block', length, prot: READ | WRITE, flags });
    // Before the code lies a table, which is only read while the code runs.
    setup.store(block, 0, pageSize);
    const [table, code] = [part(block, 0, pageSize), part(block, pageSize, size)];
    iterate.writeModule(code);
    iterate.mprotect(table, READ);
    iterate.mprotect(code, READ | EXEC);
    iterate.executeModule(code);
    iterate.mprotect(block, READ | WRITE);
  },
});
