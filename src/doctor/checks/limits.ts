import { hasCapability } from '../../system/capabilities.ts';
import { memlockLimit } from '../../system/host.ts';
import type { Check } from '../check.ts';
import { fine, note, unknown } from '../finding.ts';

const hugePage = 2 * 1024 * 1024;

export const memlock: Check = {
  id: 'memlock',
  look({ files }) {
    const limits = files.readText('/proc/self/limits');
    const effect = 'reuse_lock fails with EAGAIN for larger modules (EPERM where it is 0)';
    if (limits === undefined) return unknown('/proc/self/limits', effect);
    const bytes = memlockLimit(limits);
    if (bytes === null) return fine('unlimited', 'reuse_lock can lock modules of any size');
    const evidence = `RLIMIT_MEMLOCK is ${bytes / 1024} KiB`;
    if (hasCapability(files, 'CAP_IPC_LOCK') === true)
      return fine(`${evidence}, and CAP_IPC_LOCK lifts it`, 'reuse_lock can lock modules of any size');
    if (bytes < hugePage)
      return note(
        evidence,
        `${effect}; a locked huge page, which counts as 2 MiB, is refused too`,
        'ulimit -l unlimited',
      );
    return fine(evidence, 'enough for reuse_lock at usual sizes');
  },
};

const mapCountPath = '/proc/sys/vm/max_map_count';
const defaultMapCount = 65_530;

export const maxMapCount: Check = {
  id: 'max-map-count',
  look({ files }) {
    const text = files.readText(mapCountPath);
    const effect = 'the workload tenancy, with thousands of live modules, fails with ENOMEM';
    if (text === undefined) return unknown(mapCountPath, effect);
    if (Number(text) < defaultMapCount)
      return note(`${text} mappings a process`, effect, `sysctl -w vm.max_map_count=${defaultMapCount}`);
    return fine(`${text} mappings a process`, 'room for thousands of live modules');
  },
};
