import { ANONYMOUS, type DefineContext, EXEC, PRIVATE, READ, SHARED, WRITE } from '../program/builder.ts';
import {
  MFD,
  OPEN,
  UFFD_API,
  UFFD_FEATURE_MOVE,
  UFFDIO,
  UFFDIO_REGISTER_MODE_MISSING,
} from '../system/constants.ts';

/** A way to load code that the kernel refuses: its last step fails. A value, as a strategy is. */
export interface Probe {
  readonly name: string;
  /** What it asks of the kernel, and would make possible. */
  readonly summary: string;
  /** Records the steps; the last one is the one in question. */
  readonly define: (context: DefineContext) => void;
}

const dataFlags = { prot: READ | WRITE, flags: PRIVATE | ANONYMOUS, holds: 'data' } as const;
const codeFlags = { name: 'code', prot: READ | EXEC, flags: PRIVATE | ANONYMOUS } as const;

/** Every probe: what a reader of the catalogue might miss in it. */
export const probes: readonly Probe[] = [
  {
    name: 'memfd_secret',
    summary: 'run code from memory that the kernel itself cannot read',
    define({ setup, size }) {
      const fd = setup.memfdSecret();
      setup.ftruncate(fd, size);
      setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: SHARED, fd });
    },
  },
  {
    name: 'uffdio_move',
    summary: 'move finished pages into an executable mapping, without a copy',
    define({ setup, size, pageSize }) {
      const code = setup.mmap({ ...codeFlags, length: size });
      const staging = setup.mmap({ name: 'staging', length: size, ...dataFlags });
      const words = setup.mmap({ name: 'words', length: pageSize, ...dataFlags });
      setup.writeModule(staging);
      const faults = setup.userfaultfd();
      setup.store(words, 0, UFFD_API);
      setup.store(words, 8, UFFD_FEATURE_MOVE);
      setup.ioctl(faults, UFFDIO.UFFDIO_API, words);
      setup.store(words, 0, code);
      setup.store(words, 8, size);
      setup.store(words, 16, UFFDIO_REGISTER_MODE_MISSING);
      setup.ioctl(faults, UFFDIO.UFFDIO_REGISTER, words);
      // struct uffdio_move { dst, src, len, mode, move }
      setup.store(words, 8, staging);
      setup.store(words, 16, size);
      setup.store(words, 24, 0);
      setup.ioctl(faults, UFFDIO.UFFDIO_MOVE, words);
    },
  },
  {
    name: 'remap_file_pages',
    summary: 'change the protection of a shared mapping without splitting it',
    define({ setup, size }) {
      const flags = SHARED | ANONYMOUS;
      const code = setup.mmap({ name: 'code', length: size, prot: READ | WRITE, flags });
      setup.remapFilePages(code, READ | EXEC);
    },
  },
  {
    name: 'process_vm_writev',
    summary: 'write into an executable mapping as a debugger does, without /proc',
    define({ setup, size, pageSize }) {
      const code = setup.mmap({ ...codeFlags, length: size });
      const [staging, local, remote] = (['staging', 'local', 'remote'] as const).map((name) =>
        setup.mmap({ name, length: pageSize, ...dataFlags }),
      );
      if (staging === undefined || local === undefined || remote === undefined) return;
      // struct iovec { base, len }
      setup.store(local, 0, staging);
      setup.store(local, 8, pageSize);
      setup.store(remote, 0, code);
      setup.store(remote, 8, pageSize);
      setup.processVmWritev(local, remote);
    },
  },
  {
    name: 'mremap_dup_private',
    summary: 'a second view of private memory: mremap_dup without sharing',
    define({ setup, size }) {
      setup.duplicate(setup.mmap({ ...codeFlags, length: size }), 'view');
    },
  },
  {
    name: 'procmem_shared',
    summary: 'write a shared executable mapping through /proc/self/mem',
    define({ setup, size }) {
      const code = setup.mmap({ ...codeFlags, length: size, flags: SHARED | ANONYMOUS });
      const memory = setup.open('/proc/self/mem', OPEN.O_RDWR | OPEN.O_CLOEXEC, 0);
      setup.pwriteModule(memory, code);
    },
  },
  {
    name: 'hugetlb_pwrite',
    summary: 'write a memfd of huge pages through its descriptor',
    define({ setup, roundUp, size }) {
      const fd = setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC | MFD.MFD_HUGETLB);
      setup.ftruncate(fd, roundUp(size, 2 * 1024 * 1024));
      setup.pwriteModule(fd);
    },
  },
];
