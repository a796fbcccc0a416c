/**
 * Runs one step of a script and prints what it has to say and how long it took. Ends the process where it
 * throws.
 */
export function step<T>(name: string, action: () => T, describe: (result: T) => string = () => ''): T {
  const start = performance.now();
  try {
    const result = action();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${name.padEnd(24)}${seconds.padStart(6)} s  ${describe(result)}`.trimEnd());
    return result;
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}
