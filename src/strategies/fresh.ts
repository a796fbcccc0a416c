import { ANONYMOUS, EXEC, NORESERVE, PRIVATE, READ, WRITE } from '../program/builder.ts';
import { needs } from './needs.ts';
import { owners } from './owners.ts';
import { defineStrategy } from './strategy.ts';

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

export const naiveRwx = defineStrategy({
  name: 'naive_rwx',
  summary: 'a fresh mapping for every module that is writable and executable at once',
  group: 'engines',
  wx: 'rwx',
  shippedBy: owners.naive_rwx,
  ...needs.both,
  define({ iterate, size }) {
    const flags = PRIVATE | ANONYMOUS;
    const code = iterate.mmap({ name: 'code', length: size, prot: READ | WRITE | EXEC, flags });
    iterate.writeModule(code);
    iterate.executeModule(code);
    iterate.munmap(code);
  },
});

export const publish2 = defineStrategy({
  name: 'publish2',
  summary: 'naive in two steps: the whole image becomes read-only, then its text executable',
  group: 'engines',
  wx: 'flip',
  shippedBy: owners.publish2,
  ...needs.written,
  define({ iterate, size, pageSize, part }) {
    // Behind the text lies a page of the image's other sections.
    const length = size + pageSize;
    const image = iterate.mmap({
      name: 'image',
      length,
      prot: READ | WRITE,
      flags: PRIVATE | ANONYMOUS | NORESERVE,
    });
    const text = part(image, 0, size);
    iterate.writeModule(text);
    iterate.mprotect(image, READ);
    iterate.mprotect(text, READ | EXEC);
    iterate.executeModule(text);
    iterate.munmap(image);
  },
});
