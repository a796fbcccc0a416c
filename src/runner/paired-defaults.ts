/** How `mapbench ab` measures unless it is told otherwise: milliseconds, and forks. */
export const pairedDefaults = { timePerFork: 50, duration: 60_000, leastForks: 10 } as const;
