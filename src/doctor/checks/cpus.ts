import { formatCpuList, parseCpuList } from '../../system/cpus.ts';
import type { SystemFiles } from '../../system/files.ts';
import { type Check, fine, note, unknown } from '../check.ts';

const cpus = '/sys/devices/system/cpu';

export const smt: Check = {
  id: 'smt',
  look({ files }) {
    const active = files.readText(`${cpus}/smt/active`);
    const control = files.readText(`${cpus}/smt/control`) ?? 'not known';
    const effect = 'what runs on the other thread of the core takes up to half of its speed';
    if (active === undefined) return unknown(`${cpus}/smt/active`, effect);
    if (active === '1') return note(`active (control: ${control})`, effect, `echo off > ${cpus}/smt/control`);
    return fine(
      `not active (control: ${control})`,
      'no CPU that is seen here shares a core; a hypervisor may hide that one does',
    );
  },
};

export const coreTypes: Check = {
  id: 'core-types',
  look({ files }) {
    const types = coreTypesOf(files);
    if (types.length < 2) return fine('one kind of core', 'every CPU takes the same time');
    const evidence = types.map(({ name, cpus: list }) => `${name}: CPUs ${formatCpuList(list)}`).join('; ');
    const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(files.readText('/proc/self/status') ?? '')?.[1];
    const last = parseCpuList(allowed ?? files.readText(`${cpus}/online`) ?? '').at(-1) ?? 0;
    const own = types.find(({ cpus: list }) => list.includes(last));
    const other = types.find((each) => each !== own)?.cpus.at(-1);
    return note(
      evidence,
      `another kind of core takes another time; without --cpu a run measures on CPU ${last}${own ? `, of ${own.name}` : ''}`,
      `mapbench run --cpu ${other}`,
    );
  },
};

interface CoreType {
  readonly name: string;
  readonly cpus: readonly number[];
}

/**
 * By the performance counters of each kind (as cpu_core and cpu_atom), or by what the kernel says that a CPU
 * can do.
 */
function coreTypesOf({ readText, list }: SystemFiles): CoreType[] {
  const named = list('/sys/devices').flatMap((name) => {
    const text = readText(`/sys/devices/${name}/cpus`);
    return text === undefined ? [] : [{ name, cpus: parseCpuList(text) }];
  });
  if (named.length > 1) return named;
  const byCapacity = new Map<string, number[]>();
  for (const cpu of parseCpuList(readText(`${cpus}/online`) ?? '')) {
    const capacity = readText(`${cpus}/cpu${cpu}/cpu_capacity`);
    if (capacity !== undefined) byCapacity.set(capacity, [...(byCapacity.get(capacity) ?? []), cpu]);
  }
  return [...byCapacity].map(([capacity, list]) => ({ name: `capacity ${capacity}`, cpus: list }));
}

export const isolation: Check = {
  id: 'isolation',
  look({ files }) {
    const isolated = files.readText(`${cpus}/isolated`);
    // The file is there only in kernels that were built with CONFIG_NO_HZ_FULL.
    const tickless = files.readText(`${cpus}/nohz_full`) ?? '';
    const effect = 'the scheduler and its tick put other work on the CPU that is measured on';
    if (isolated === undefined) return unknown(`${cpus}/isolated`, effect);
    const last = parseCpuList(files.readText(`${cpus}/online`) ?? '').at(-1);
    const cpu = last === undefined ? 'N' : String(last);
    const named = (text: string) => (parseCpuList(text).length === 0 ? 'none' : text);
    const evidence = `isolcpus: ${named(isolated)}, nohz_full: ${named(tickless)}`;
    if (parseCpuList(isolated).length > 0)
      return fine(evidence, 'nothing else is scheduled there; measure on one of them with --cpu');
    return note(evidence, effect, `boot with isolcpus=${cpu} nohz_full=${cpu}, then --cpu ${cpu}`);
  },
};

const nodesPath = '/sys/devices/system/node/online';

export const numa: Check = {
  id: 'numa',
  look({ files }) {
    const text = files.readText(nodesPath);
    if (text === undefined) return unknown(nodesPath, 'memory of another node costs more');
    const nodes = parseCpuList(text);
    if (nodes.length === 1) return fine('one node', 'all memory is equally near');
    return note(
      `${nodes.length} nodes (${text})`,
      'memory, and above all pages of the huge page pool, may come from another node than the CPU',
      `numactl --membind=${nodes[0]} --cpunodebind=${nodes[0]} mapbench run …`,
    );
  },
};
