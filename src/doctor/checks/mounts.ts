import { tmpdir } from 'node:os';
import { mountOf } from '../../system/mounts.ts';
import { strategiesThatNeed } from '../affected.ts';
import type { Check } from '../check.ts';
import type { Facts } from '../facts.ts';
import { fine, note, unknown, type Verdict } from '../finding.ts';

/** Whether code can be mapped from files in a folder. */
function lookAt({ files }: Facts, path: string, affected: string): Verdict {
  const mounts = files.readText('/proc/mounts');
  if (mounts === undefined) return unknown('/proc/mounts', `${affected} map code from files in ${path}`);
  const mount = mountOf(mounts, path);
  if (mount === undefined) return unknown(`a mount of ${path} in /proc/mounts`, `${affected} need it`);
  const evidence = `${path} is ${mount.folder === path ? '' : `in ${mount.folder}, `}${mount.type}`;
  const remount = `mount -o remount,exec ${mount.folder}`;
  if (mount.options.includes('noexec'))
    return note(`${evidence}, noexec`, `unavailable (EPERM): ${affected}`, remount);
  if (mount.options.includes('ro'))
    return note(
      `${evidence}, read-only`,
      `unavailable (EROFS): ${affected}`,
      `mount -o remount,rw ${mount.folder}`,
    );
  return fine(`${evidence}, without noexec`, `${affected} can map code from there`);
}

export const devShm: Check = {
  id: 'dev-shm',
  look: (facts) => lookAt(facts, '/dev/shm', strategiesThatNeed('/dev/shm')),
};

export const tmp: Check = {
  id: 'tmp',
  look: (facts) => lookAt(facts, tmpdir(), strategiesThatNeed('/tmp')),
};
