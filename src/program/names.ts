/** What lies beside the measured mappings. */
export const layouts = ['guarded', 'kernel', 'merged'] as const;

/**
 * `guarded`: an inaccessible page of another kind on both sides, so that the kernel never merges the mapping
 * with a neighbour; `kernel`: whatever the kernel chose; `merged`: on the upper side a mapping that it can
 * merge with.
 */
export type Layout = (typeof layouts)[number];

/**
 * Which cache maintenance a load does on AArch64. `follow`: what CTR_EL0 asks for (IDC: no cleaning, DIC: no
 * invalidation), as libgcc's __clear_cache does; `always`: all of it; `single`: as `follow`, with one `ic
 * ivau` a load, which is enough where the hardware is coherent and the kernel traps the instruction (Neoverse
 * N1, erratum 1542419).
 */
export const cacheMaintenanceModes = ['follow', 'always', 'single'] as const;

export type CacheMaintenanceMode = (typeof cacheMaintenanceModes)[number];

/** How a program's iterations are driven: machine code, or JavaScript with one FFI call a step. */
export const engineNames = ['native', 'ffi'] as const;

export type EngineName = (typeof engineNames)[number];
