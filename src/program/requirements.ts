import { MapbenchError } from '../system/errors.ts';
import { chosenSetting, hugeBytesIn, transparentHugePages } from '../system/huge-pages.ts';
import { readText } from '../target/files.ts';
import type { MeasuredProcess } from '../target/measured-process.ts';
import { guardsAt } from '../target/pagemap.ts';
import type { FlushInstruction, Mapping, Program, RequireStep } from './ir.ts';

/**
 * Looks at what a program requires, once its setup has run; `addressOf` gives where a mapping of an instance
 * lies. Rejects with an error of kind `unavailable`.
 */
export async function checkRequirements(
  target: MeasuredProcess,
  { setup, instances = 1 }: Program,
  addressOf: (mapping: Mapping, instance: number) => number,
): Promise<void> {
  const steps = setup.filter((step): step is RequireStep => step.kind === 'require');
  for (const { what, number } of steps)
    for (let instance = 0; instance < (what.kind === 'instruction' ? 1 : instances); instance++) {
      if (what.kind === 'instruction') await checkInstruction(target, what.name);
      else await checkMapping[what.kind](target, what.of, addressOf(what.of, instance), number);
    }
}

type CheckMapping = (
  target: MeasuredProcess,
  mapping: Mapping,
  address: number,
  step: number,
) => Promise<void>;

const checkHugePages: CheckMapping = async (target, { name, length, file }, address, step) => {
  const smaps = (await readText(target, '/proc/self/smaps')) ?? '';
  if (hugeBytesIn(smaps, address, length) >= length) return;
  const answer = `the kernel gave ${name} small pages (/proc/self/smaps, in step ${step})`;
  throw new MapbenchError('unavailable', `${answer}: ${await whySmallPages(target, file !== undefined)}`);
};

/**
 * Rejects unless all of a mapping is a guard region: what emulates a kernel may take any advice and do
 * nothing.
 */
const checkGuards: CheckMapping = async (target, { name, length }, address, step) => {
  const guards = await guardsAt(target, address, length);
  if (guards.length > 0 && guards.every(Boolean)) return;
  throw new MapbenchError(
    'unavailable',
    `the kernel took MADV_GUARD_INSTALL and made ${name} no guard region (/proc/self/pagemap, in step ${step}): it is emulated, or older than Linux 6.15; run on a real one, or take memfd_viewflip`,
  );
};

const checkMapping = { 'huge pages': checkHugePages, 'guard region': checkGuards } as const;

async function checkInstruction(target: MeasuredProcess, name: FlushInstruction): Promise<void> {
  // QEMU's user mode shows the host's file.
  const cpuinfo = target.architecture === 'x64' ? await target.readText('/proc/cpuinfo') : undefined;
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo ?? '')?.[1] ?? '';
  if (!flags.split(' ').includes(name))
    throw new MapbenchError(
      'unavailable',
      `this processor has no ${name} (flags in /proc/cpuinfo); take rwx, or run on an x86-64 one that has it`,
    );
}

/** What stands against transparent huge pages, and what changes it, in one clause. */
async function whySmallPages(target: MeasuredProcess, isShared: boolean): Promise<string> {
  if (/^THP_enabled:\s+0$/m.test((await readText(target, '/proc/self/status')) ?? ''))
    return 'it is under PR_SET_THP_DISABLE; start mapbench from a process that is not';
  const [name, wanted] = isShared ? ['shmem_enabled', 'advise'] : ['enabled', 'madvise'];
  const all = `${transparentHugePages}/${name}`;
  // Of one size alone: Linux 6.8, for shared memory 6.11.
  const ofSize = `${transparentHugePages}/hugepages-2048kB/${name}`;
  const own = chosenSetting(await target.readText(ofSize)) ?? 'inherit';
  const path = own === 'inherit' ? all : ofSize;
  const mode = own === 'inherit' ? chosenSetting(await target.readText(all)) : own;
  if (mode === undefined || mode === 'never' || mode === 'deny')
    return `${path} is ${mode ?? 'not there'}; echo ${wanted} > ${path}`;
  return `${path} is ${mode}: no unbroken 2 MiB were free, or it was not asked for them; echo 1 > /proc/sys/vm/compact_memory`;
}
