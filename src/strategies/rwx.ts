import { ANONYMOUS, EXEC, NONE, PRIVATE, READ, WRITE } from '../program/builder.ts';
import { PKEY } from '../system/constants.ts';
import { needs } from './needs.ts';
import { owners } from './owners.ts';
import { defineStrategy } from './strategy.ts';

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

export const pkeyRwx = defineStrategy({
  name: 'pkey_rwx',
  summary: 'rwx whose mapping carries a protection key: the loading thread alone can write, while it loads',
  group: 'article',
  wx: 'rwx',
  shippedBy: owners.pkey_rwx,
  ...needs.keys,
  define({ setup, iterate, size }) {
    const key = setup.pkeyAlloc();
    const code = setup.mmap({ name: 'code', length: size, prot: NONE, flags: PRIVATE | ANONYMOUS });
    setup.pkeyMprotect(code, READ | WRITE | EXEC, key);
    iterate.pkeySet(key, 0);
    iterate.writeModule(code);
    iterate.pkeySet(key, PKEY.PKEY_DISABLE_WRITE);
    iterate.executeModule(code);
  },
});
