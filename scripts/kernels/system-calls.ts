import type { ModuleSize, Step } from '../../src/program/ir.ts';
import { programOf, type Strategy } from '../../src/strategies/strategy.ts';

/**
 * System calls that a load makes by a strategy's program, with one store a page; `+ futex` where a process is
 * woken and waited for.
 */
export function systemCallsOf(strategy: Strategy, module: ModuleSize): string {
  const { iteration, loads } = programOf(strategy, module);
  const calls = iteration.reduce((sum, step) => sum + callsOf(step, module), 0) / loads;
  const wakes = iteration.some(({ kind }) => kind === 'ask_writer');
  return `${Number(calls.toFixed(2))}${wakes ? ' + futex' : ''}`;
}

function callsOf(step: Step, { pages }: ModuleSize): number {
  if (step.kind === 'call') return 1 / (step.every ?? 1);
  // A write through a file is a pwrite a page.
  return step.kind === 'write_module' && step.into.kind === 'file' ? pages : 0;
}
