import { OPEN } from '../../system/constants.ts';
import { twoViews } from '../article/dual.ts';
import { owners } from '../owners.ts';
import { defineStrategy } from '../strategy.ts';

export const tmpfile = defineStrategy({
  name: 'tmpfile',
  summary: 'two views of a file without a name in /dev/shm: one executable, one writable',
  group: 'engines',
  wx: 'dual',
  shippedBy: owners.tmpfile,
  needs: '/dev/shm, writable and mounted without noexec',
  remedy: 'mount -o remount,exec /dev/shm',
  define(context) {
    const { setup } = context;
    twoViews(context, setup.open('/dev/shm', OPEN.O_TMPFILE | OPEN.O_RDWR | OPEN.O_CLOEXEC, 0o600));
  },
});
