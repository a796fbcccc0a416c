import { strategiesThatNeed } from '../affected.ts';
import type { Check } from '../check.ts';
import type { Facts } from '../facts.ts';
import { fine, note, unknown, type Verdict } from '../finding.ts';

/** A line of /proc/mounts. */
interface Mount {
  readonly folder: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** The mount that a path lies in: the longest folder, and of equal ones the last, which covers the others. */
function mountOf(mounts: string, path: string): Mount | undefined {
  return mounts
    .split('\n')
    .map((line): Mount => {
      const [, folder = '', type = '', options = ''] = line.split(' ');
      return { folder, type, options: options.split(',') };
    })
    .filter(({ folder }) => folder === path || folder === '/' || path.startsWith(`${folder}/`))
    .reduce<Mount | undefined>(
      (found, each) => (found === undefined || each.folder.length >= found.folder.length ? each : found),
      undefined,
    );
}

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
  look: (facts) => lookAt(facts, '/tmp', strategiesThatNeed('/tmp')),
};
