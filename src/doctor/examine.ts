import type { HostFinding } from '../results/document.ts';
import { readActivity } from '../system/activity.ts';
import { systemFiles } from '../system/files.ts';
import type { Check } from './check.ts';
import { activityChecks, settingChecks } from './checks.ts';
import { type Facts, hostFactsForChecks } from './facts.ts';

/** What the checks find, in their order. Takes a few milliseconds; throws nothing for what cannot be read. */
export function examine(facts: Facts, checks: readonly Check[]): HostFinding[] {
  return checks.flatMap(({ id, look }) => [look(facts)].flat().map((finding) => ({ id, ...finding })));
}

/**
 * Examines the host now, which takes some milliseconds, and gives a function that says what was found, with
 * what the host did from now until it is called: steal time and swapping.
 */
export function watchHost(): () => HostFinding[] {
  const facts = hostFactsForChecks();
  const found = examine(facts, settingChecks);
  const before = readActivity(systemFiles);
  return () => {
    const interval = { before, after: readActivity(systemFiles) };
    return [...found, ...examine({ ...facts, interval }, activityChecks)];
  };
}
