import { hostArchitecture } from '../../src/system/syscalls.ts';
import type { Content } from '../../src/workloads/content.ts';
import { contentOf } from '../../src/workloads/load.ts';
import { ret, stamp } from '../../src/workloads/page-starts.ts';

/** What the two workloads that write page starts load; nothing of it depends on the module's size. */
export const retContent = (architecture = hostArchitecture() ?? 'x64'): Content =>
  contentOf(ret, 0, architecture).at(0, 0).content;
export const stampContent = (architecture = hostArchitecture() ?? 'x64'): Content =>
  contentOf(stamp, 0, architecture).at(0, 0).content;
