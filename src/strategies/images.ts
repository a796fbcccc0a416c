import { tmpdir } from 'node:os';
import { ANONYMOUS, type DefineContext, EXEC, PRIVATE, READ, WRITE } from '../program/builder.ts';
import type { FileDescriptor } from '../program/ir.ts';
import { OPEN } from '../system/constants.ts';
import { needs } from './needs.ts';
import { owners } from './owners.ts';
import { defineStrategy } from './strategy.ts';

/**
 * A file without a name, of the module's size, that holds the compiled module; it is in /tmp, or where TMPDIR
 * says.
 */
function compiledFile({ setup, size }: DefineContext): FileDescriptor {
  const fd = setup.open(tmpdir(), OPEN.O_TMPFILE | OPEN.O_RDWR | OPEN.O_CLOEXEC, 0o600);
  setup.ftruncate(fd, size);
  setup.pwriteModule(fd);
  return fd;
}

export const imagePrivate = defineStrategy({
  name: 'image_private',
  summary:
    'a private mapping of a compiled file, relocated in place (which copies its pages), then published in two steps',
  group: 'engines',
  wx: 'flip',
  shippedBy: owners.image_private,
  ...needs.file,
  define(context) {
    const { iterate, size } = context;
    const fd = compiledFile(context);
    const image = iterate.mmap({ name: 'image', length: size, prot: READ | WRITE, flags: PRIVATE, fd });
    iterate.writeModule(image);
    iterate.mprotect(image, READ);
    iterate.mprotect(image, READ | EXEC);
    iterate.executeModule(image);
    iterate.munmap(image);
  },
});

export const imagePublish = defineStrategy({
  name: 'image_publish',
  summary:
    'a compiled file that needs no relocation, mapped writable and published in two steps: no page of it is copied',
  group: 'engines',
  wx: 'flip',
  shippedBy: owners.image_publish,
  ...needs.file,
  define(context) {
    const { iterate, size } = context;
    const fd = compiledFile(context);
    const image = iterate.mmap({ name: 'image', length: size, prot: READ | WRITE, flags: PRIVATE, fd });
    iterate.mprotect(image, READ);
    iterate.mprotect(image, READ | EXEC);
    iterate.executeModule(image);
    iterate.munmap(image);
  },
});

export const imageRo = defineStrategy({
  name: 'image_ro',
  summary: 'a compiled file that needs no relocation, mapped executable: nothing is written at all',
  group: 'engines',
  wx: 'no-write',
  shippedBy: owners.image_ro,
  ...needs.file,
  define(context) {
    const { iterate, size } = context;
    const fd = compiledFile(context);
    const image = iterate.mmap({ name: 'image', length: size, prot: READ | EXEC, flags: PRIVATE, fd });
    iterate.executeModule(image);
    iterate.munmap(image);
  },
});

export const imageGot = defineStrategy({
  name: 'image_got',
  summary:
    'position-independent code of a file, mapped once beside a table: a load writes links into the table, and no code',
  group: 'engines',
  wx: 'no-write',
  shippedBy: owners.image_got,
  ...needs.file,
  define(context) {
    const { setup, iterate, size, part } = context;
    const fd = compiledFile(context);
    const both = setup.mmap({
      name: 'both',
      length: 2 * size,
      prot: READ | WRITE,
      flags: PRIVATE | ANONYMOUS,
    });
    const code = part(both, 0, size);
    setup.mmapOver(code, { prot: READ | EXEC, flags: PRIVATE, fd });
    iterate.writeLinks(part(both, size, size));
    iterate.executeModule(code);
  },
});
