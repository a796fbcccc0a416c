import { ANONYMOUS, EXEC, PRIVATE, READ, WRITE } from '../../program/builder.ts';
import { needs } from '../needs.ts';
import { owners } from '../owners.ts';
import { defineStrategy } from '../strategy.ts';

export const rwx = defineStrategy({
  name: 'rwx',
  summary: 'one mapping that is readable, writable and executable at once',
  group: 'article',
  wx: 'rwx',
  shippedBy: owners.rwx,
  ...needs.both,
  define({ setup, iterate, size }) {
    const code = setup.mmap({
      name: 'code',
      length: size,
      prot: READ | WRITE | EXEC,
      flags: PRIVATE | ANONYMOUS,
    });
    iterate.writeModule(code);
    iterate.executeModule(code);
  },
});
