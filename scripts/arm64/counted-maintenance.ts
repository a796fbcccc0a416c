import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CacheMaintenanceMode, cacheMaintenanceModes } from '../../src/program/names.ts';
import { compileLoop } from '../../src/program/native/compile.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { allowedCpus } from '../../src/system/cpus.ts';
import { pageSize } from '../../src/system/memory.ts';
import { StubProcess } from '../../src/target/stub-process.ts';
import { findWorkload } from '../../src/workloads/catalogue.ts';
import { contentOf } from '../../src/workloads/load.ts';

/** `dc cvau` and `ic ivau` without their register. */
const instructions = { clean: 0xd50b7b20, invalidate: 0xd50b7520 } as const;

/** How often each is executed. */
type Counts = Readonly<Record<keyof typeof instructions, number>>;

const [pages, loads] = [4, 25];

/**
 * What a processor says in CTR_EL0 (QEMU's user mode says DIC=0 whatever the model), and by it the lines of a
 * load of four pages that are cleaned and invalidated.
 */
const expected: Readonly<Record<string, Readonly<Record<CacheMaintenanceMode, Counts>>>> = {
  'neoverse-n1': {
    follow: { clean: pages, invalidate: pages },
    always: { clean: pages, invalidate: pages },
    single: { clean: pages, invalidate: 1 },
  },
  'neoverse-v1': {
    follow: { clean: 0, invalidate: pages },
    always: { clean: pages, invalidate: pages },
    single: { clean: 0, invalidate: 1 },
  },
};

/**
 * Counts the maintenance that loads of `memfd` carry out under QEMU, which logs the address of every
 * instruction that it runs, and says what is not as it has to be.
 */
export async function checkCountedMaintenance(qemu: string): Promise<string[]> {
  const failures: string[] = [];
  for (const [cpu, modes] of Object.entries(expected)) {
    for (const mode of cacheMaintenanceModes) {
      const { clean, invalidate } = await countMaintenance(qemu, cpu, mode);
      const wanted = modes[mode];
      const said = `-cpu ${cpu}, --icache ${mode}: ${clean} dc cvau and ${invalidate} ic ivau in ${loads} loads`;
      console.log(`AArch64: ${said}`);
      if (clean !== wanted.clean * loads || invalidate !== wanted.invalidate * loads)
        failures.push(`${said}, not ${wanted.clean * loads} and ${wanted.invalidate * loads}`);
    }
  }
  return failures;
}

async function countMaintenance(qemu: string, cpu: string, icache: CacheMaintenanceMode): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-executed-'));
  try {
    const log = join(folder, 'log');
    const addresses = await runLogged(
      [qemu, '-cpu', cpu, '-one-insn-per-tb', '-d', 'exec,nochain', '-D', log],
      icache,
    );
    const counts = { clean: 0, invalidate: 0 };
    // As `Trace 0: 0x7f… [00000000/0000004000a2b1c4/…]`: the second is the program counter.
    for (const [, counter = ''] of readFileSync(log, 'latin1').matchAll(
      /^Trace .*\[[^/]*\/([0-9a-f]+)\//gm,
    )) {
      const kind = addresses.get(Number.parseInt(counter, 16));
      if (kind !== undefined) counts[kind]++;
    }
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the loads in a process that is started so; returns where the loop has which instruction. */
async function runLogged(
  launcher: readonly [string, ...string[]],
  icache: CacheMaintenanceMode,
): Promise<Map<number, keyof Counts>> {
  const memfd = findStrategy('memfd');
  if (memfd === undefined) throw new Error('memfd is not in the catalogue');
  const program = { ...programOf(memfd, { pages, pageSize: pageSize() }), icache };
  const { content } = contentOf(findWorkload('stamp'), 0, 'arm64').at(0, 0);
  const { signal } = new AbortController();
  await using target = await StubProcess.start({
    ...{
      architecture: 'arm64',
      launcher,
      cpus: allowedCpus(),
      pageSize: pageSize(),
      signal,
      timeout: 60_000,
    },
  });
  const code = await NativeCode.load(target, { program, content, layout: 'kernel' });
  const running = await code.start();
  await running.batch(loads);
  const words = new DataView(compileLoop(program, content, target).bytes.slice().buffer);
  const found = new Map<number, keyof Counts>();
  for (let at = 0; at + 4 <= words.byteLength; at += 4)
    for (const kind of ['clean', 'invalidate'] as const)
      if ((words.getUint32(at, true) & ~0x1f) >>> 0 === instructions[kind])
        found.set(code.address + at, kind);
  return found;
}
