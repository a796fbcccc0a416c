import { ANONYMOUS, EXEC, PRIVATE, READ, SHARED, WRITE } from '../program/builder.ts';
import {
  MADV,
  MFD,
  OPEN,
  SEALS,
  UFFD_API,
  UFFDIO,
  UFFDIO_REGISTER_MODE_MISSING,
} from '../system/constants.ts';
import { needs } from './needs.ts';
import { owners } from './owners.ts';
import { defineStrategy } from './strategy.ts';

export const memfdOop = defineStrategy({
  name: 'memfd_oop',
  summary: 'memfd whose writable view only another process has, which writes when asked to',
  group: 'engines',
  wx: 'dual',
  shippedBy: owners.memfd_oop,
  ...needs.memfd,
  define({ setup, iterate, size, pageSize }) {
    const fd = setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC);
    setup.ftruncate(fd, size);
    const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: SHARED, fd });
    const control = setup.mmap({
      name: 'control',
      length: pageSize,
      prot: READ | WRITE,
      flags: SHARED | ANONYMOUS,
      holds: 'data',
    });
    setup.startWriter(fd, size, control);
    iterate.askWriter(control);
    iterate.executeModule(code);
  },
});

export const procmem = defineStrategy({
  name: 'procmem',
  summary: 'a mapping that is only executable, written through /proc/self/mem',
  group: 'engines',
  wx: 'no-write',
  shippedBy: owners.procmem,
  ...needs.procmem,
  define({ setup, iterate, size }) {
    const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: PRIVATE | ANONYMOUS });
    const memory = setup.open('/proc/self/mem', OPEN.O_RDWR | OPEN.O_CLOEXEC, 0);
    iterate.pwriteModule(memory, code);
    iterate.executeModule(code);
  },
});

export const memfdPwrite = defineStrategy({
  name: 'memfd_pwrite',
  summary: 'a memfd that is mapped executable only and written through its descriptor',
  group: 'kernel',
  wx: 'no-write',
  ...needs.memfd,
  define({ setup, iterate, size }) {
    const fd = setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC);
    setup.ftruncate(fd, size);
    const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: SHARED, fd });
    iterate.pwriteModule(fd);
    iterate.executeModule(code);
  },
});

export const memfdFrozen = defineStrategy({
  name: 'memfd_frozen',
  summary:
    'a fresh memfd for every module: written, sealed, and only then mapped, so that no process can ever write it',
  group: 'kernel',
  wx: 'no-write',
  ...needs.memfd,
  define({ iterate, size }) {
    const fd = iterate.memfdCreate('mapbench', MFD.MFD_CLOEXEC | MFD.MFD_ALLOW_SEALING);
    iterate.ftruncate(fd, size);
    iterate.pwriteModule(fd);
    iterate.addSeals(fd, SEALS.F_SEAL_SEAL | SEALS.F_SEAL_SHRINK | SEALS.F_SEAL_GROW | SEALS.F_SEAL_WRITE);
    // Private: many kernels refuse a shared mapping of a file that is sealed so.
    const code = iterate.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: PRIVATE, fd });
    iterate.close(fd);
    iterate.executeModule(code);
    iterate.munmap(code);
  },
});

export const uffdCopy = defineStrategy({
  name: 'uffd_copy',
  summary:
    'an executable mapping whose pages are dropped and filled anew by userfaultfd from a private buffer',
  group: 'kernel',
  wx: 'no-write',
  ...needs.userfaultfd,
  define({ setup, iterate, size, pageSize }) {
    const data = { prot: READ | WRITE, flags: PRIVATE | ANONYMOUS, holds: 'data' } as const;
    const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: PRIVATE | ANONYMOUS });
    const staging = setup.mmap({ name: 'staging', length: size, ...data });
    const words = setup.mmap({ name: 'words', length: pageSize, ...data });
    const faults = setup.userfaultfd();
    // struct uffdio_api { api, features, ioctls }
    setup.store(words, 0, UFFD_API);
    setup.ioctl(faults, UFFDIO.UFFDIO_API, words);
    // struct uffdio_register { start, len, mode, ioctls }
    setup.store(words, 0, code);
    setup.store(words, 8, size);
    setup.store(words, 16, UFFDIO_REGISTER_MODE_MISSING);
    setup.ioctl(faults, UFFDIO.UFFDIO_REGISTER, words);
    // struct uffdio_copy { dst, src, len, mode, copy }: the kernel changes the last word only.
    setup.store(words, 8, staging);
    setup.store(words, 16, size);
    setup.store(words, 24, 0);
    iterate.madvise(code, MADV.MADV_DONTNEED);
    iterate.writeModule(staging);
    iterate.ioctl(faults, UFFDIO.UFFDIO_COPY, words);
    iterate.executeModule(code);
  },
});
