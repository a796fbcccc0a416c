import { PROT } from '../system/constants.ts';
import type { Refused } from '../system/limits.ts';
import { type Refusal, RefusalError } from '../system/refusal.ts';
import { flagsOf, lengthOf } from './calls.ts';
import { stepName } from './describe.ts';
import { mappingOf, type Step, type Value } from './ir.ts';

/** A step that the kernel refused. */
export class StepFailure extends RefusalError {
  readonly step: Step;

  /**
   * What limits the process is read at once. `guard` is what was refused to the layout on behalf of the step.
   */
  constructor(step: Step, errno: number, process: Refused, guard?: Omit<Refusal, 'errno'>) {
    const { number } = step;
    const at = guard === undefined ? { step: number } : { where: `for the guards of step ${number}` };
    super({ ...(guard ?? refusedBy(step)), errno }, process, at);
    this.step = step;
  }
}

function refusedBy(step: Step): Omit<Refusal, 'errno'> {
  // A run fails where a handler of faults cannot make what is called.
  const call = step.kind === 'execute_module' ? 'handle_fault' : stepName(step);
  const values = valuesOf(step);
  const mapping = values.find((value) => value.kind === 'mapping');
  const file = values.find((value) => value.kind === 'fd') ?? mapping?.file;
  const about = { call, path: file?.path ?? pathOf(step), isHuge: file?.pageSize !== undefined };
  if (step.kind === 'call')
    return {
      ...about,
      bytes: lengthOf(step),
      prot: flagsOf(step, 'prot'),
      map: flagsOf(step, 'map'),
      advice: flagsOf(step, 'advice'),
    };
  const isFile = step.kind === 'write_module' && step.into.kind === 'file';
  // What a handler makes can be written first, and then run.
  if (step.kind === 'execute_module')
    return { ...about, bytes: mapping?.length, prot: PROT.PROT_WRITE | PROT.PROT_EXEC };
  return { ...about, bytes: isFile ? step.into.length : mapping?.length };
}

/** The file or folder that a call names. */
function pathOf(step: Step): string | undefined {
  if (step.kind !== 'call') return undefined;
  if (step.call === 'shm_open' || step.call === 'shm_unlink') return '/dev/shm';
  return step.call === 'openat'
    ? step.args.flatMap((each) => (each.type === 'string' ? [each.value] : []))[0]
    : undefined;
}

function valuesOf(step: Step): Value[] {
  switch (step.kind) {
    case 'call':
      return step.args.flatMap((each) => (each.type === 'value' ? [each.value] : []));
    case 'write_module':
      return step.into.kind === 'file' ? [step.into.fd] : [mappingOf(step.into)];
    case 'start_writer':
      return [step.fd];
    case 'handle_faults':
      return [step.stack];
    case 'execute_module':
      return [mappingOf(step.module)];
    default:
      return [];
  }
}
