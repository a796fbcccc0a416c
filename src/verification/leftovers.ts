import { readdirSync, readFileSync } from 'node:fs';
import { subjectOf } from '../program/calls.ts';
import { withProgram } from '../program/engine.ts';
import type { Program } from '../program/ir.ts';
import { NativeCode } from '../program/native/engine.ts';
import { mappingsOf } from '../program/protections.ts';
import { hugePagePool } from '../system/huge-pages.ts';
import { parseMaps } from '../system/memory.ts';
import { openDescriptors, readMaps } from '../target/files.ts';
import type { MeasuredProcess } from '../target/measured-process.ts';
import { type CheckResult, resultOf, type Subject } from './check-result.ts';

/** What a process holds. */
interface Holdings {
  /** As `7f00-8f00 rw-p`, what is sealed left out. */
  readonly mappings: ReadonlySet<string>;
  readonly descriptors: ReadonlySet<string>;
  readonly sharedMemory: ReadonlySet<string>;
  /** Of 2 MiB, free in the pool; undefined without a pool. */
  readonly freeHugePages: number | undefined;
}

/**
 * Whether a program that was run and closed leaves mappings, descriptors, names in /dev/shm or huge pages
 * behind.
 */
export async function checkLeftovers({ target, program, plain, layout }: Subject): Promise<CheckResult> {
  using code = await NativeCode.load(target, { program, content: plain, layout });
  // What the process itself needs for a placement is mapped by the first.
  await withProgram(code, (running) => running.batch(1));
  const before = await holdingsOf(target, []);
  let sealed: readonly number[] = [];
  await withProgram(code, async (running) => {
    await running.batch(100);
    sealed = sealedBy(program).map((name) => running.addresses()[name] ?? 0);
  });
  // What is sealed stays until the process ends, by design.
  const after = await holdingsOf(target, sealed);
  const added = (of: (each: Holdings) => ReadonlySet<string>) =>
    [...of(after)].filter((each) => !of(before).has(each));
  const lostPages = (before.freeHugePages ?? 0) - (after.freeHugePages ?? 0);
  return resultOf(
    'nothing left',
    [
      ...added(({ mappings }) => mappings).map((each) => `${each} is still mapped`),
      ...added(({ descriptors }) => descriptors).map((each) => `descriptor ${each} is still open`),
      ...added(({ sharedMemory }) => sharedMemory).map((each) => `/dev/shm/${each} is still there`),
      ...(lostPages > 0 ? [`${lostPages} huge pages are not given back`] : []),
    ],
    'mappings, descriptors, /dev/shm and huge pages are as before',
  );
}

/** Names of the mappings that mseal(2) keeps. */
function sealedBy(program: Program): string[] {
  const slots = program.setup.flatMap((step) =>
    step.kind === 'call' && step.call === 'mseal' ? [subjectOf(step)?.value.slot ?? -1] : [],
  );
  return mappingsOf(program).flatMap(({ slot, name }) => (slots.includes(slot) ? [name] : []));
}

async function holdingsOf(target: MeasuredProcess, sealed: readonly number[]): Promise<Holdings> {
  const maps = parseMaps(await readMaps(target));
  const mappings = maps
    .filter(({ start, end }) => !sealed.some((address) => start <= address && address < end))
    .map(({ start, end, permissions }) => `${start.toString(16)}-${end.toString(16)} ${permissions}`);
  return {
    mappings: new Set(mappings),
    descriptors: await openDescriptors(target),
    sharedMemory: new Set(readdirSync('/dev/shm').filter((name) => name.endsWith(`-${target.pid}`))),
    freeHugePages: freeHugePages(),
  };
}

function freeHugePages(): number | undefined {
  try {
    return Number(readFileSync(`${hugePagePool}/free_hugepages`, 'utf8'));
  } catch {
    return undefined;
  }
}
