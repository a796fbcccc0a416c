import { ANONYMOUS, EXEC, NONE, PRIVATE, READ, SHARED, WRITE } from '../../program/builder.ts';
import { needs } from '../needs.ts';
import { owners } from '../owners.ts';
import { defineStrategy } from '../strategy.ts';

export const rwxFlip = defineStrategy({
  name: 'rwx_flip',
  summary: 'one mapping that is executable all the time, and writable too while it is written',
  group: 'engines',
  wx: 'rwx',
  shippedBy: owners.rwx_flip,
  ...needs.both,
  define({ setup, iterate, size }) {
    const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: PRIVATE | ANONYMOUS });
    iterate.mprotect(code, READ | WRITE | EXEC);
    iterate.writeModule(code);
    iterate.mprotect(code, READ | EXEC);
    iterate.executeModule(code);
  },
});

/** Modules that share a pair of flips. */
const modulesPerFlip = 8;

export const reuseBatch = defineStrategy({
  name: 'reuse_batch',
  summary: 'reuse of an area that is flipped once for 8 modules',
  group: 'engines',
  wx: 'flip',
  shippedBy: owners.reuse_batch,
  ...needs.written,
  define({ setup, iterate, size, part }) {
    const length = modulesPerFlip * size;
    const area = setup.mmap({ name: 'area', length, prot: NONE, flags: PRIVATE | ANONYMOUS });
    const modules = Array.from({ length: modulesPerFlip }, (_, index) => part(area, index * size, size));
    iterate.mprotect(area, READ | WRITE);
    for (const module of modules) iterate.writeModule(module);
    iterate.mprotect(area, READ | EXEC);
    for (const module of modules) iterate.executeModule(module);
  },
});

/** Maps in the pool, which take turns. */
const pooledMaps = 4;

export const sharedPool = defineStrategy({
  name: 'shared_pool',
  summary:
    'a pool of shared mappings: the code’s part becomes executable to run, the whole writable to go back',
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

export const reuseXonly = defineStrategy({
  name: 'reuse_xonly',
  summary: 'reuse whose code is made executable only: where the processor can, it cannot be read',
  group: 'engines',
  wx: 'flip',
  shippedBy: owners.reuse_xonly,
  ...needs.written,
  define({ setup, iterate, size }) {
    const code = setup.mmap({ name: 'code', length: size, prot: NONE, flags: PRIVATE | ANONYMOUS });
    iterate.mprotect(code, READ | WRITE);
    iterate.writeModule(code);
    iterate.mprotect(code, EXEC);
    iterate.executeModule(code);
  },
});
