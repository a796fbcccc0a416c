import type { Allocator, CallStep, Mapping, ModuleSize, Program } from './ir.ts';
import { bytes, reference } from './recording.ts';

/**
 * The program of an allocator in a shared object (examples/allocators/mapbench.h): it is opened, loads the
 * module anew in every iteration wherever it likes, and is closed.
 */
export function allocatorProgram(strategy: string, library: string, module: ModuleSize): Program {
  const length = module.pages * module.pageSize;
  const allocator: Allocator = { kind: 'allocator', name: 'allocator', slot: 0 };
  const code: Mapping = { kind: 'mapping', name: 'code', slot: 1, length, holds: 'module' };
  const open: CallStep<'mapbench_open'> = {
    ...{ kind: 'call', number: 1, call: 'mapbench_open', args: [bytes(length)], result: allocator },
  };
  const load: CallStep<'mapbench_load'> = {
    ...{ kind: 'call', number: 2, call: 'mapbench_load', args: [reference(allocator)], result: code },
  };
  const close: CallStep<'mapbench_close'> = {
    ...{ kind: 'call', number: 4, call: 'mapbench_close', args: [reference(allocator)] },
  };
  return {
    strategy,
    module,
    setup: [open],
    iteration: [load, { kind: 'execute_module', number: 3, module: code, load: 0 }],
    teardown: [close],
    slots: 2,
    loads: 1,
    library,
  };
}
