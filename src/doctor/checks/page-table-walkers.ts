import { type Kdamond, readKdamonds } from '../../system/activity.ts';
import { parseCpuList } from '../../system/cpus.ts';
import { type Check, fine, note, serious, unknown } from '../check.ts';
import { type Counted, grown } from '../facts.ts';

/** A fraction of a CPU that a kernel thread may take before it is serious. */
const maxOfCpu = 0.01;

const operations: Readonly<Record<string, string>> = {
  paddr: 'all memory',
  vaddr: 'the memory of a process',
  fvaddr: 'parts of a process',
};

export const damon: Check = {
  id: 'damon',
  look({ files, interval }) {
    const effect =
      'it clears the accessed bits of page-table entries again and again: the next access walks the page table and sets them';
    const all = readKdamonds(files);
    const hidden = all.find(({ runs }) => runs === undefined);
    const running = all.filter(({ runs }) => runs === true);
    if (running.length === 0) {
      if (hidden !== undefined) return unknown(hidden.switch, `if DAMON runs, ${effect}`);
      return fine('DAMON does not run', 'nothing samples which pages are accessed');
    }
    const time = grown(interval, 'damonTime');
    const length = interval === undefined ? 0 : interval.after.now - interval.before.now;
    const fraction = time === undefined || length === 0 ? undefined : time / length;
    const taken = fraction === undefined ? '' : `, ${(fraction * 100).toFixed(2)} % of a CPU meanwhile`;
    const evidence = `DAMON looks at ${running.map(watched).join(' and ')}${taken}`;
    const command = running.map((each) => `echo ${each.off} > ${each.switch}`).join('; ');
    // It works in turns: a short interval holds one whole, or none.
    const isMuch = fraction !== undefined && fraction > maxOfCpu && length >= 1e9;
    return isMuch ? serious(evidence, effect, command) : note(evidence, effect, command);
  },
};

function watched({ operations: kind = '', pid }: Kdamond): string {
  return `${operations[kind] ?? 'memory'}${pid === undefined ? '' : ` (process ${pid})`}`;
}

const ksmRun = '/sys/kernel/mm/ksm/run';

export const ksm: Check = {
  id: 'ksm',
  look({ files, interval }) {
    const run = files.readText(ksmRun);
    if (run === undefined) return fine('this kernel does not merge equal pages', 'no page is merged');
    if (run !== '1') return fine('KSM does not run', 'no page is merged');
    return note(
      `KSM runs${counted(interval, 'scannedToMerge', 'pages looked at')}`,
      'ksmd reads pages that programs offer for merging and makes equal ones read-only: the next write faults and copies',
      `echo 0 > ${ksmRun}`,
    );
  },
};

const thp = '/sys/kernel/mm/transparent_hugepage';

export const khugepaged: Check = {
  id: 'khugepaged',
  look({ files, interval }) {
    const enabled = [files.readText(`${thp}/enabled`), files.readText(`${thp}/shmem_enabled`)];
    const effect =
      'it copies small pages into huge ones, under a lock that faults and mmap wait for, and flushes TLBs';
    if (enabled[0] === undefined) return unknown(`${thp}/enabled`, `where khugepaged runs, ${effect}`);
    if (enabled.every((text) => text === undefined || /\[(never|deny)\]/.test(text)))
      return fine('khugepaged does not run', 'no small pages are put together');
    const evidence = `khugepaged runs${counted(interval, 'collapsed', 'huge pages put together')}`;
    if ((grown(interval, 'collapsed') ?? 0) > 0)
      return note(evidence, effect, `echo 3600000 > ${thp}/khugepaged/scan_sleep_millisecs`);
    return fine(evidence, 'it looks for small pages to put together, and changed none');
  },
};

const balancing = '/proc/sys/kernel/numa_balancing';

export const numaBalancing: Check = {
  id: 'numa-balancing',
  look({ files, interval }) {
    const mode = files.readText(balancing);
    if (mode === undefined || mode === '0')
      return fine('off, or not in this kernel', 'no page faults only to tell who uses the page');
    const nodes = parseCpuList(files.readText('/sys/devices/system/node/online') ?? '').length;
    const evidence = `on (${mode}), ${nodes === 1 ? '1 node' : `${nodes} nodes`}${counted(interval, 'numaUpdates', 'page-table entries changed')}`;
    if (nodes === 1) return fine(evidence, 'with one node there is nothing to balance');
    return note(
      evidence,
      'the kernel takes access from page-table entries to see which CPU uses the page: faults that the program did not make, and moved pages',
      'sysctl -w kernel.numa_balancing=0',
    );
  },
};

export const reclaim: Check = {
  id: 'reclaim',
  look({ files, interval }) {
    // A count since boot says nothing of now.
    if (interval === undefined) return [];
    const effect =
      'the kernel looks for pages to free: it walks page tables, clears accessed bits and unmaps pages';
    const scanned = grown(interval, 'scannedToFree');
    if (scanned === undefined) return unknown('/proc/vmstat', effect);
    // Bit 0 is the main switch (Documentation/admin-guide/mm/multigen_lru.rst).
    const generations = Number(files.readText('/sys/kernel/mm/lru_gen/enabled') ?? 0);
    const lists = (generations & 1) === 0 ? '' : ' (multi-generational LRU)';
    const evidence = `${scanned} pages looked at meanwhile${lists}`;
    if (scanned === 0) return fine(evidence, 'there is memory enough: no page table is walked to free some');
    return note(evidence, effect, 'free some memory, or give the group more (memory.high, memory.max)');
  },
};

function counted(interval: Parameters<typeof grown>[0], name: Counted, what: string): string {
  const count = grown(interval, name);
  return count === undefined ? '' : `, ${count} ${what} meanwhile`;
}
