import { readdirSync, readFileSync } from 'node:fs';
import { subjectOf } from '../program/call-arguments.ts';
import { NativeProgram } from '../program/native/engine.ts';
import { mappingsOf } from '../program/protections.ts';
import type { Program } from '../program/step.ts';
import { ownMaps } from '../system/maps.ts';
import { loadContent } from '../workloads/load.ts';
import { ret } from '../workloads/ret.ts';
import { protectionsIn, stretchesIn } from './snapshots.ts';
import { type Subject, type Verdict, verdictOf } from './verdict.ts';

/** What a process holds beside memory. */
interface Holdings {
  readonly descriptors: ReadonlySet<string>;
  readonly sharedMemory: ReadonlySet<string>;
  /** Of 2 MiB, free in the pool; undefined without a pool. */
  readonly freeHugePages: number | undefined;
}

/** Whether a program that was run and closed leaves mappings, descriptors, names in /dev/shm or huge pages behind. */
export function checkLeftovers({ program, layout, architecture }: Subject): Verdict {
  const before = holdings();
  const running = NativeProgram.start({
    program,
    content: loadContent(ret, 0, architecture),
    layout,
    architecture,
  });
  let addresses: Record<string, number> = {};
  try {
    running.batch(100);
    addresses = running.addresses();
  } finally {
    running.close();
  }
  const maps = ownMaps();
  // What is sealed stays until the process ends, by design.
  const sealed = sealedBy(program);
  const mapped = mappingsOf(program).filter(
    (mapping) =>
      !sealed.has(mapping.slot) &&
      protectionsIn(stretchesIn(maps, addresses[mapping.name] ?? 0, mapping)).some((each) => each !== 'none'),
  );
  const after = holdings();
  const added = (of: (each: Holdings) => ReadonlySet<string>) =>
    [...of(after)].filter((each) => !of(before).has(each));
  const lostPages = (before.freeHugePages ?? 0) - (after.freeHugePages ?? 0);
  return verdictOf(
    'nothing left',
    [
      ...mapped.map(({ name }) => `${name} is still mapped`),
      ...added(({ descriptors }) => descriptors).map((each) => `descriptor ${each} is still open`),
      ...added(({ sharedMemory }) => sharedMemory).map((each) => `/dev/shm/${each} is still there`),
      ...(lostPages > 0 ? [`${lostPages} huge pages are not given back`] : []),
    ],
    'mappings, descriptors, /dev/shm and huge pages are as before',
  );
}

/** Slots of the mappings that mseal(2) keeps. */
function sealedBy({ setup }: Program): Set<number> {
  return new Set(
    setup.flatMap((step) =>
      step.kind === 'call' && step.call === 'mseal' ? [subjectOf(step)?.value.slot ?? -1] : [],
    ),
  );
}

function holdings(): Holdings {
  return {
    descriptors: new Set(readdirSync('/proc/self/fd')),
    sharedMemory: new Set(readdirSync('/dev/shm').filter((name) => name.endsWith(`-${process.pid}`))),
    freeHugePages: freeHugePages(),
  };
}

function freeHugePages(): number | undefined {
  try {
    return Number(readFileSync('/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages', 'utf8'));
  } catch {
    return undefined;
  }
}
