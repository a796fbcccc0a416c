import { chosenSetting, commandToFill, hugePagePool, transparentHugePages } from '../../system/huge-pages.ts';
import { type Check, fine, note, strategiesThatNeed, unknown } from '../check.ts';

const hugePage = 2 * 1024 * 1024;

/** Free 2 MiB pages with which every strategy of the catalogue runs at its default size. */
const enough = 8;

export const thp: Check = {
  id: 'thp',
  look({ files }) {
    const path = `${transparentHugePages}/enabled`;
    const mode = chosenSetting(files.readText(path));
    if (mode === undefined) return unknown(path, 'modules of 2 MiB may get one huge page or 512 small ones');
    if (mode === 'always')
      return note(
        mode,
        'private modules from 2 MiB on get huge pages unasked: one fault in place of 512, and other rankings',
        `echo madvise > ${path}`,
      );
    if (mode === 'never')
      return note(
        mode,
        `unavailable: ${strategiesThatNeed('transparentHugePages')}`,
        `echo madvise > ${path}`,
      );
    return fine(mode, 'no mapping gets transparent huge pages unasked');
  },
};

export const shmemThp: Check = {
  id: 'shmem-thp',
  look({ files }) {
    const path = `${transparentHugePages}/shmem_enabled`;
    const mode = chosenSetting(files.readText(path));
    if (mode === undefined) return unknown(path, 'shared memory may have transparent huge pages');
    const command = `echo advise > ${path}`;
    const affected = strategiesThatNeed('sharedHugePages');
    if (mode === 'deny')
      return note(
        mode,
        `memfd_thp is unavailable: MADV_COLLAPSE is refused with EINVAL; ${affected} too`,
        command,
      );
    if (mode === 'never') return note(mode, `unavailable: ${affected}`, command);
    if (mode === 'always' || mode === 'force' || mode === 'within_size')
      return note(mode, 'memfd and shared anonymous modules from 2 MiB on get huge pages unasked', command);
    return fine(mode, 'shared memory gets huge pages only where a strategy asks for them');
  },
};

export const hugePages: Check = {
  id: 'huge-pages',
  look({ files }) {
    const number = (name: string) => files.readText(`${hugePagePool}/${name}`);
    const [total, free, reserved] = [
      number('nr_hugepages'),
      number('free_hugepages'),
      number('resv_hugepages'),
    ];
    const affected = strategiesThatNeed('hugePages');
    if (total === undefined || free === undefined) return unknown(hugePagePool, `${affected} need it`);
    const usable = Number(free) - Number(reserved ?? 0);
    const evidence = `${usable} of ${total} pages of 2 MiB free`;
    const command = commandToFill(Number(total) - usable + enough);
    if (usable <= 0) return note(evidence, `unavailable: ${affected}`, command);
    if (usable < enough) return note(evidence, `large modules may not fit: ${affected}`, command);
    return fine(evidence, `${affected} can run`);
  },
};

export const fragmentation: Check = {
  id: 'fragmentation',
  look({ files, pageSize }) {
    const text = files.readText('/proc/buddyinfo');
    const effect = 'the huge page pool cannot grow, and transparent huge pages fail';
    if (text === undefined) return unknown('/proc/buddyinfo', effect);
    const order = Math.log2(hugePage / pageSize);
    const blocks = text
      .split('\n')
      .map((line) => freeHugeBlocks(line, order))
      .reduce((sum, each) => sum + each, 0);
    const evidence = `free memory holds ${blocks} unbroken blocks of 2 MiB`;
    if (blocks < enough) return note(evidence, effect, 'echo 1 > /proc/sys/vm/compact_memory');
    return fine(evidence, 'the huge page pool can grow');
  },
};

/**
 * Blocks of 2^order pages in a line of /proc/buddyinfo, whose columns are the free blocks of orders 0, 1, 2
 * and so on.
 */
function freeHugeBlocks(line: string, order: number): number {
  const counts = /zone +\S+ +(.*)$/.exec(line)?.[1]?.trim().split(/ +/).map(Number) ?? [];
  return counts.reduce((sum, count, each) => sum + (each < order ? 0 : count * 2 ** (each - order)), 0);
}
