import { describeStep } from '../program/describe.ts';
import { mappingsOf, protectionsOf } from '../program/protections.ts';
import { PROT } from '../system/constants.ts';
import { protectionsIn, type Snapshot, within } from './snapshots.ts';
import { type Subject, type Verdict, verdictOf } from './verdict.ts';

/** PROT_ bits as /proc/<pid>/maps shows them. */
function inMaps(prot: number): string {
  return `${prot & PROT.PROT_READ ? 'r' : '-'}${prot & PROT.PROT_WRITE ? 'w' : '-'}${prot & PROT.PROT_EXEC ? 'x' : '-'}`;
}

/**
 * Whether every page of every mapping has the protection that the program gave it, after every step, and none is
 * writable and executable at once unless the strategy says so.
 */
export function checkProtections({ program, wx }: Subject, snapshots: readonly Snapshot[]): Verdict {
  const names = new Map(mappingsOf(program).map(({ slot, name }) => [slot, name]));
  const expected = protectionsOf(program).iteration;
  const faults: string[] = [];
  let looked = 0;
  for (const { step, mappings } of snapshots) {
    const after = expected.find((each) => each.step.number === step.number)?.after ?? new Map();
    const place = `after ${describeStep(step)}`;
    for (const [slot, stretches] of after) {
      looked++;
      for (const stretch of stretches) {
        const found = protectionsIn(within(mappings.get(slot) ?? [], stretch));
        const wanted = inMaps(stretch.prot);
        if (found.length !== 1 || found[0] !== wanted)
          faults.push(`${names.get(slot)} is ${found.join(' and ') || 'none'} ${place}, not ${wanted}`);
        const both = found.find((each) => each.includes('w') && each.includes('x'));
        if (both !== undefined && wx !== 'rwx')
          faults.push(`${names.get(slot)} is ${both} ${place}: writable and executable at once`);
      }
    }
  }
  return verdictOf(
    'protections',
    faults,
    `${looked} mappings looked at, after each of ${snapshots.length} steps`,
  );
}
