import { ANONYMOUS, EXEC, PRIVATE, READ, WRITE } from '../../program/builder.ts';
import { defineStrategy } from '../strategy.ts';

export const naive = defineStrategy({
  name: 'naive',
  summary: 'a fresh mapping for every module: map, write, make executable, run, unmap',
  wx: 'flip',
  needs: 'a policy that lets a written mapping become executable',
  define({ iterate, size }) {
    const code = iterate.mmap({ name: 'code', length: size, prot: READ | WRITE, flags: PRIVATE | ANONYMOUS });
    iterate.writeModule(code);
    iterate.mprotect(code, READ | EXEC);
    iterate.executeModule(code);
    iterate.munmap(code);
  },
});
