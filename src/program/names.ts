/** What lies beside the measured mappings. */
export const layouts = ['guarded', 'kernel', 'merged'] as const;

/**
 * `guarded`: an inaccessible page of another kind on both sides, so that the kernel never merges the mapping
 * with a neighbour; `kernel`: whatever the kernel chose; `merged`: on the upper side a mapping that it can
 * merge with.
 */
export type Layout = (typeof layouts)[number];

/** How a program's iterations are driven: machine code, or JavaScript with one FFI call a step. */
export const engineNames = ['native', 'ffi'] as const;

export type EngineName = (typeof engineNames)[number];
