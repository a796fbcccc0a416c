import { NONE, READ, WRITE } from '../program/builder.ts';
import { MADV, MFD, PKEY } from '../system/constants.ts';
import { needs } from './needs.ts';
import { owners } from './owners.ts';
import { defineStrategy } from './strategy.ts';
import { mapTwoViews } from './views.ts';

export const memfdViewflip = defineStrategy({
  name: 'memfd_viewflip',
  summary: 'memfd whose writable view is accessible only while it is written through',
  group: 'kernel',
  wx: 'dual',
  shippedBy: owners.memfd_viewflip,
  ...needs.memfd,
  define(context) {
    const { setup, iterate } = context;
    const { code, view } = mapTwoViews(context, setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC));
    setup.mprotect(view, NONE);
    iterate.mprotect(view, READ | WRITE);
    iterate.writeModule(view);
    iterate.mprotect(view, NONE);
    iterate.executeModule(code);
  },
});

export const memfdViewguard = defineStrategy({
  name: 'memfd_viewguard',
  summary:
    'memfd whose writable view is a guard region but while it is written through, for which no mapping changes',
  group: 'kernel',
  wx: 'dual',
  needs: 'guard regions in files (MADV_GUARD_INSTALL, Linux 6.15)',
  remedy: 'run on Linux 6.15 or newer, or take memfd_viewflip',
  define(context) {
    const { setup, iterate } = context;
    const { code, view } = mapTwoViews(context, setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC));
    setup.madvise(view, MADV.MADV_GUARD_INSTALL);
    setup.requireGuardRegion(view);
    iterate.madvise(view, MADV.MADV_GUARD_REMOVE);
    iterate.writeModule(view);
    iterate.madvise(view, MADV.MADV_GUARD_INSTALL);
    iterate.executeModule(code);
  },
});

export const memfdPkey = defineStrategy({
  name: 'memfd_pkey',
  summary:
    'memfd whose writable view carries a protection key: the loading thread alone can write, while it loads',
  group: 'kernel',
  wx: 'dual',
  ...needs.keys,
  define(context) {
    const { setup, iterate } = context;
    const key = setup.pkeyAlloc();
    const { code, view } = mapTwoViews(context, setup.memfdCreate('mapbench', MFD.MFD_CLOEXEC));
    setup.pkeyMprotect(view, READ | WRITE, key);
    iterate.pkeySet(key, 0);
    iterate.writeModule(view);
    iterate.pkeySet(key, PKEY.PKEY_DISABLE_WRITE);
    iterate.executeModule(code);
  },
});
