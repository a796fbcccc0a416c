import { ANONYMOUS, EXEC, PRIVATE, READ, WRITE } from '../../program/builder.ts';
import { needs } from '../needs.ts';
import { owners } from '../owners.ts';
import { defineStrategy } from '../strategy.ts';

export const naive = defineStrategy({
  name: 'naive',
  summary: 'a fresh mapping for every module: map, write, make executable, run, unmap',
  group: 'article',
  wx: 'flip',
  shippedBy: owners.naive,
  ...needs.written,
  define({ iterate, size }) {
    const code = iterate.mmap({ name: 'code', length: size, prot: READ | WRITE, flags: PRIVATE | ANONYMOUS });
    iterate.writeModule(code);
    iterate.mprotect(code, READ | EXEC);
    iterate.executeModule(code);
    iterate.munmap(code);
  },
});
