import type { SystemFiles } from '../../system/files.ts';
import { strategiesOf } from '../affected.ts';
import type { Check } from '../check.ts';
import { fine, note, unknown } from '../finding.ts';

/** The label by which a security module knows this process; undefined where no module gives one. */
function labelOf({ readText }: SystemFiles): string | undefined {
  return readText('/proc/self/attr/current')?.replace(/\0.*$/, '');
}

export const selinux: Check = {
  id: 'selinux',
  look({ files }) {
    const enforce = files.readText('/sys/fs/selinux/enforce');
    const effect = `where the domain lacks execmem, these fail with EACCES: ${strategiesOf('flip', 'rwx')}, mremap_dup`;
    if (enforce === '1')
      return note(
        `enforcing, as ${labelOf(files) ?? 'an unknown label'}`,
        effect,
        'setsebool -P allow_execmem 1',
      );
    if (enforce === '0') return fine('permissive', 'refusals are logged only');
    const modules = files.readText('/sys/kernel/security/lsm');
    if (modules?.includes('selinux')) return unknown('/sys/fs/selinux/enforce', effect);
    // A process that SELinux watches has a label: user:role:type:level.
    const label = labelOf(files);
    if (label !== undefined && label.split(':').length >= 3)
      return unknown('/sys/fs/selinux/enforce', effect);
    if (files.readText('/proc/self/status') === undefined) return unknown('/proc/self/attr/current', effect);
    return fine('not active', 'it refuses nothing');
  },
};

export const apparmor: Check = {
  id: 'apparmor',
  look({ files }) {
    const enabled = files.readText('/sys/module/apparmor/parameters/enabled');
    if (files.readText('/proc/self/status') === undefined)
      return unknown('/proc/self/attr/current', 'a profile may forbid executable mappings of files');
    const label = files.readText('/proc/self/attr/apparmor/current') ?? labelOf(files);
    if (enabled !== 'Y') return fine('not active', 'it refuses nothing');
    if (label === undefined || label === 'unconfined')
      return fine(label ?? 'no profile', 'it refuses nothing');
    return note(
      `profile ${label}`,
      'files, and with them image_ro, image_private and shm_open, are executable only where the profile says m',
      'aa-exec -p unconfined -- mapbench run …',
    );
  },
};
