import { compareHosts, type HostComparison } from '../../comparison/hosts.ts';
import { unitOfAll } from '../../comparison/matrix.ts';
import { plainText } from '../../format/text.ts';
import { renderHosts } from '../../report/terminal/hosts.ts';
import { type FailedHost, readHosts } from '../../results/hosts.ts';
import { RequestError } from '../../system/errors.ts';
import { exitStatusOf } from '../exit.ts';
import { type CompareArguments, printComparison, shortNames } from './compare.ts';

/** Shows the same run on many hosts, names those that failed, and returns the exit status. */
export function compareByHost(names: readonly string[], given: CompareArguments): number {
  const { documents, failed } = readHosts(names);
  const named = shortNames(documents);
  unitOfAll(named);
  const comparison = compareHosts(named);
  const problems = [...failed.map(sentenceOf), ...missingCases(comparison)];
  for (const problem of problems) console.error(`mapbench: ${plainText(problem)}`);
  if (documents.length === 0) throw new RequestError('--by-host: there is no document of any host to show');
  printComparison(named, given, { ...comparison, failed }, (terminal) => renderHosts(comparison, terminal));
  return exitStatusOf({ failed: failed.length > 0 || hasFailedCase(comparison) });
}

const sentenceOf = ({ name, reason }: FailedHost) => `${name}: failed: ${reason}`;

/** A case that a host cannot run is no failure. */
function hasFailedCase({ rows }: HostComparison): boolean {
  return rows.some(({ cells }) => cells.some(({ missing }) => missing?.status === 'failed'));
}

/** The cases that a host did not measure, and why. */
function missingCases({ hosts, rows }: HostComparison): string[] {
  return rows.flatMap(({ id, cells }) =>
    cells.flatMap(({ missing }, index) =>
      missing === undefined ? [] : `${hosts[index]}: ${id}: ${missing.status}: ${missing.reason}`,
    ),
  );
}
