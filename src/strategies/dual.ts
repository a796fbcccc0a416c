import { tmpdir } from 'node:os';
import {
  ANONYMOUS,
  EXEC,
  hugePage,
  READ,
  REGISTER_SYNC_CORE,
  SHARED,
  SYNC_CORE,
  WRITE,
} from '../program/builder.ts';
import { MADV, MFD, OPEN, SEALS } from '../system/constants.ts';
import { needs } from './needs.ts';
import { owners } from './owners.ts';
import { defineStrategy } from './strategy.ts';
import { mapTwoViews, twoViews } from './views.ts';

export const mremapDup = defineStrategy({
  name: 'mremap_dup',
  summary: 'two views without a file: an executable shared mapping, duplicated by mremap and made writable',
  group: 'kernel',
  wx: 'dual',
  shippedBy: owners.mremap_dup,
  needs: 'a policy that allows executable shared memory (SELinux execmem)',
  remedy: 'take memfd, whose label a policy can allow',
  define({ setup, iterate, size }) {
    const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: SHARED | ANONYMOUS });
    const view = setup.duplicate(code, 'view');
    setup.mprotect(view, READ | WRITE);
    iterate.writeModule(view);
    iterate.executeModule(code);
  },
});

export const memfdHugetlb = defineStrategy({
  name: 'memfd_hugetlb',
  summary: 'two views of one memfd of 2 MiB huge pages',
  group: 'kernel',
  wx: 'dual',
  ...needs.hugePages,
  define(context) {
    const { setup, size, roundUp } = context;
    const fd = setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC | MFD.MFD_HUGETLB | MFD.MFD_HUGE_2MB);
    twoViews({ ...context, size: roundUp(size, hugePage) }, fd);
  },
});

export const memfdThp = defineStrategy({
  name: 'memfd_thp',
  summary: 'two views of one memfd whose pages are collapsed into transparent huge ones',
  group: 'kernel',
  wx: 'dual',
  shippedBy: owners.memfd_thp,
  needs: 'MADV_COLLAPSE (Linux 6.1), and shared memory that may have transparent huge pages',
  remedy: 'run on Linux 6.1 or newer with CONFIG_TRANSPARENT_HUGEPAGE, shmem_enabled not deny',
  define({ setup, iterate, size, roundUp }) {
    const fd = setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC);
    const length = roundUp(size, hugePage);
    setup.ftruncate(fd, length);
    const aligned = { length, flags: SHARED, fd, align: hugePage };
    const code = setup.mmap({ name: 'code', prot: READ | EXEC, ...aligned });
    const view = setup.mmap({ name: 'view', prot: READ | WRITE, ...aligned });
    setup.writeModule(view);
    for (const each of [view, code]) setup.madvise(each, MADV.MADV_COLLAPSE);
    iterate.writeModule(view);
    iterate.executeModule(code);
  },
});

export const memfdThpAdvise = defineStrategy({
  name: 'memfd_thp_advise',
  summary: 'two views of one memfd for which transparent huge pages are asked before the first store',
  group: 'engines',
  wx: 'dual',
  shippedBy: owners.memfd_thp_advise,
  ...needs.sharedHugePages,
  define({ setup, iterate, size, roundUp }) {
    const fd = setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC);
    const length = roundUp(size, hugePage);
    setup.ftruncate(fd, length);
    const aligned = { length, flags: SHARED, fd, align: hugePage };
    const code = setup.mmap({ name: 'code', prot: READ | EXEC, ...aligned });
    const view = setup.mmap({ name: 'view', prot: READ | WRITE, ...aligned });
    for (const each of [view, code]) setup.madvise(each, MADV.MADV_HUGEPAGE);
    setup.writeModule(view);
    setup.requireHugePages(view);
    iterate.writeModule(view);
    iterate.executeModule(code);
  },
});

export const memfdSealed = defineStrategy({
  name: 'memfd_sealed',
  summary:
    'memfd whose views cannot be changed and to which no writable one can be added, until the process ends',
  group: 'kernel',
  wx: 'dual',
  shippedBy: owners.memfd_sealed,
  needs: 'mseal (Linux 6.10)',
  remedy: 'run on Linux 6.10 or newer',
  define(context) {
    const { setup, iterate } = context;
    const fd = setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC | MFD.MFD_ALLOW_SEALING);
    const { code, view } = mapTwoViews(context, fd);
    setup.addSeals(fd, SEALS.F_SEAL_FUTURE_WRITE);
    setup.mseal(code);
    setup.mseal(view);
    iterate.writeModule(view);
    iterate.executeModule(code);
  },
});

export const memfdSync = defineStrategy({
  name: 'memfd_sync',
  summary:
    'memfd with a membarrier between writing and running, which architectures ask for when other threads run the code',
  group: 'kernel',
  wx: 'dual',
  shippedBy: owners.memfd_sync,
  needs: 'membarrier with PRIVATE_EXPEDITED_SYNC_CORE (Linux 4.16)',
  remedy: 'run on Linux 4.16 or newer with CONFIG_MEMBARRIER',
  define(context) {
    const { setup, iterate } = context;
    setup.membarrier(REGISTER_SYNC_CORE);
    const { code, view } = mapTwoViews(context, setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC));
    iterate.writeModule(view);
    iterate.membarrier(SYNC_CORE);
    iterate.executeModule(code);
  },
});

/** Modules in the ring. */
const ringModules = 8;

export const memfdRotate = defineStrategy({
  name: 'memfd_rotate',
  summary:
    'one writable view of a ring of 8 modules; the executable one is mapped over the next of them for every load',
  group: 'kernel',
  wx: 'dual',
  ...needs.memfd,
  define({ setup, iterate, size, part }) {
    const fd = setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC);
    const length = ringModules * size;
    setup.ftruncate(fd, length);
    const view = setup.mmap({ name: 'view', length, prot: WRITE, flags: SHARED, fd });
    const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: SHARED, fd });
    for (let module = 0; module < ringModules; module++) {
      // The last module of a period is still shown when the next one begins with another.
      const offset = module * size;
      iterate.writeModule(part(view, offset, size));
      iterate.mmapOver(code, { prot: READ | EXEC, flags: SHARED, fd, offset });
      iterate.executeModule(code);
    }
  },
});

export const tmpfile = defineStrategy({
  name: 'tmpfile',
  summary: 'two views of a file without a name in /dev/shm: one executable, one writable',
  group: 'kernel',
  wx: 'dual',
  ...needs.shm,
  define(context) {
    const { setup } = context;
    twoViews(context, setup.open('/dev/shm', OPEN.O_TMPFILE | OPEN.O_RDWR | OPEN.O_CLOEXEC, 0o600));
  },
});

export const tmpfileDisk = defineStrategy({
  name: 'tmpfile_disk',
  summary:
    'two views of a file without a name in /tmp or TMPDIR: where that is a disk’s, pages that were written back fault again',
  group: 'engines',
  wx: 'dual',
  shippedBy: owners.tmpfile_disk,
  ...needs.file,
  define(context) {
    const { setup } = context;
    twoViews(context, setup.open(tmpdir(), OPEN.O_TMPFILE | OPEN.O_RDWR | OPEN.O_CLOEXEC, 0o600));
  },
});
