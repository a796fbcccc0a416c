import type { Profile } from '../../src/profile/tree.ts';

/** Ten samples of 100 ns. */
export const naive: Profile = {
  strategy: 'naive',
  pages: 4,
  event: 'cpu-clock',
  stacks: [
    { frames: ['mprotect', 'do_syscall_64', 'perf_event_mmap', 'memcpy'], samples: 3 },
    { frames: ['mprotect', 'do_syscall_64', 'flush_tlb_mm_range'], samples: 2 },
    { frames: ['write_module', 'exc_page_fault', 'handle_mm_fault'], samples: 3 },
    { frames: ['write_module', 'exc_page_fault'], samples: 1 },
    { frames: ['execute_module'], samples: 1 },
  ],
  otherSamples: 5,
  perIteration: 1000,
};

/** Two samples of 50 ns. */
export const memfd: Profile = {
  ...naive,
  strategy: 'memfd',
  stacks: [
    { frames: ['write_module'], samples: 1 },
    { frames: ['execute_module'], samples: 1 },
  ],
  perIteration: 100,
};
