import type { HostFinding } from '../results/document.ts';
import { readActivity } from '../system/activity.ts';
import { systemFiles } from '../system/files.ts';
import { activityChecks, settingChecks } from './checks.ts';
import { examine } from './examine.ts';
import { hostFactsForChecks } from './facts.ts';

/**
 * Examines the host now, which takes some milliseconds, and gives a function that says what was found, with what the host
 * did from now until it is called: steal time and swapping.
 */
export function watchHost(): () => HostFinding[] {
  const facts = hostFactsForChecks();
  const found = examine(facts, settingChecks);
  const before = readActivity(systemFiles);
  return () => {
    const stretch = { before, after: readActivity(systemFiles) };
    return [...found, ...examine({ ...facts, stretch }, activityChecks)];
  };
}
