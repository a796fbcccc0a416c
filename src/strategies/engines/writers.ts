import { ANONYMOUS, EXEC, PRIVATE, READ, SHARED, WRITE } from '../../program/builder.ts';
import { MFD, OPEN } from '../../system/constants.ts';
import { needs } from '../needs.ts';
import { owners } from '../owners.ts';
import { defineStrategy } from '../strategy.ts';

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
  needs: 'a kernel that lets /proc/self/mem write what is not writable (proc_mem.force_override=always)',
  remedy: 'boot with proc_mem.force_override=always, or take memfd_pwrite',
  define({ setup, iterate, size }) {
    const code = setup.mmap({ name: 'code', length: size, prot: READ | EXEC, flags: PRIVATE | ANONYMOUS });
    const memory = setup.open('/proc/self/mem', OPEN.O_RDWR | OPEN.O_CLOEXEC, 0);
    iterate.pwriteModule(memory, code);
    iterate.executeModule(code);
  },
});
