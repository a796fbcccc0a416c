/**
 * Whether `npm run soak` runs the tests: as deep as there is time for in an hour, not in the minutes of `npm
 * test`.
 */
export const isSoak = process.env.MAPBENCH_SOAK === '1';

/** How much of something is tried: by `npm test`, and by `npm run soak`. */
export const depth = (usual: number, soak: number): number => (isSoak ? soak : usual);
