// Runs in the guest: what the page needs of two documents, on one line.
import { readFileSync } from 'node:fs';

const [verified, measured] = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')));
const cases = measured.cases.map((each) => {
  const checks = verified.cases.find(({ id }) => id === each.id)?.verdicts ?? [];
  const failed = checks.filter(({ outcome }) => outcome === 'fails');
  return {
    strategy: each.strategy,
    status: each.status,
    ...(each.status === 'measured'
      ? { faults: each.counters.minorFaultsPerIteration }
      : { reason: each.reason }),
    checks: checks.length,
    failed: failed.map(({ check, evidence }) => `${check}: ${evidence}`),
  };
});
const { kernel, cpu, pageSize } = measured.host;
console.log(JSON.stringify({ kernel, cpu, pageSize, pages: measured.cases[0].pages, cases }));
