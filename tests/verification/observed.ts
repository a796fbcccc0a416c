import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { arrange } from '../../src/program/arrange.ts';
import { withProgram } from '../../src/program/engine.ts';
import type { Program, Step } from '../../src/program/ir.ts';
import { NativeCode } from '../../src/program/native/engine.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { pageSize } from '../../src/system/memory.ts';
import type { StubProcess } from '../../src/target/stub-process.ts';
import type { Life } from '../../src/workloads/workload.ts';
import { stampContent } from '../support/content.ts';
import { mapsOf, withStub } from '../support/stub.ts';

/** Pages of the module of all programs. */
export const pages = 4;

/** The program of a strategy of the catalogue. */
export function programNamed(name: string): Program {
  const strategy = findStrategy(name);
  assert.ok(strategy);
  return programOf(strategy, { pages, pageSize: pageSize() });
}

/** What an observer of a step is given. */
interface Seen {
  readonly target: StubProcess;
  readonly step: Step;
  readonly places: Readonly<Record<string, number>>;
}

/** What is seen after each step of the second iteration, which finds what the first has left. */
export function observed<T>(
  name: string,
  look: (seen: Seen) => Promise<T>,
  life: Life = { kind: 'resident' },
): Promise<T[]> {
  const program = arrange(programNamed(name), life);
  return withStub(async (target) => {
    const source = { program, content: stampContent(), layout: 'guarded' } as const;
    using code = await NativeCode.load(target, source, program.iteration);
    return await withProgram(code, async (running) => {
      const all: T[] = [];
      await running.batchStepByStep(2, async (step) => {
        all.push(await look({ target, step, places: running.addresses() }));
      });
      return all.slice(-program.iteration.length);
    });
  });
}

/** Pages of the mapping at an address that a field of /proc/<pid>/smaps counts. */
export function pagesIn({ pid }: StubProcess, address: number, field: 'Rss' | 'Anonymous'): number {
  const blocks = readFileSync(`/proc/${pid}/smaps`, 'utf8').split(/^(?=[0-9a-f]+-)/m);
  const block = blocks.find((each) => each.startsWith(`${address.toString(16)}-`));
  return (Number(new RegExp(`^${field}: +(\\d+) kB$`, 'm').exec(block ?? '')?.[1]) * 1024) / pageSize();
}

/** The mappings that lie in `length` bytes from an address on, as `rw-p 1` of pages. */
export async function mappingsAt(target: StubProcess, address: number, length: number): Promise<string[]> {
  return (await mapsOf(target))
    .filter(({ start, end }) => start < address + length && end > address)
    .map(({ start, end, permissions }) => `${permissions} ${(end - start) / pageSize()}`);
}

/** Minor faults that a process has taken: proc_pid_stat(5), the 10th field. */
export function faultsOf({ pid }: StubProcess): number {
  const [, behindName = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  return Number(behindName.split(' ')[7]);
}

/** A file that a process has open, by what /proc says of it. */
export function fileOf({ pid }: StubProcess, isWanted: (link: string) => boolean): string {
  const folder = `/proc/${pid}/fd`;
  const found = readdirSync(folder).find((fd) => isWanted(readlinkSync(`${folder}/${fd}`)));
  assert.ok(found !== undefined, 'the file is open');
  return `${folder}/${found}`;
}
