export { selectStrategies, selectStrategy } from '../runner/select.ts';

/** What `--strategy` takes, for help. */
export const strategyHelp = 'names, globs as memfd*, groups as @engines or @all, files as ./mine.ts';
