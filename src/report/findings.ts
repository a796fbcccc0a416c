import type { MeasuredCase } from '../results/document.ts';
import { diagnose, type Finding, wideInterval } from '../statistics/diagnosis.ts';
import { formatPercent } from './format-percent.ts';
import { formatTime } from './format-time.ts';

/** Something to be said: of what, and what. */
export interface Remark {
  readonly subject: string;
  readonly sentence: string;
}

type Named<F extends Finding = Finding> = {
  readonly name: string;
  readonly forks: number;
  readonly finding: F;
};
type Wide = Extract<Finding, { kind: 'wide' }>;
type Grouped = Extract<Finding, { kind: 'modes' }>;

/** What makes estimates less sure than they look, and what to do; what several cases show is one remark. */
export function findingsOf(cases: readonly MeasuredCase[], nameOf: (each: MeasuredCase) => string): Remark[] {
  const all = cases.flatMap((each): Named[] => {
    const { point, low, high } = each.estimate;
    if (low === null || high === null) return [];
    const samples = each.forks.map((fork) => fork.samples);
    const about = { name: nameOf(each), forks: samples.length };
    return diagnose(samples, { point, low, high }).map((finding) => ({ ...about, finding }));
  });
  const wide = all.filter((each): each is Named<Wide> => each.finding.kind === 'wide');
  const grouped = all.filter((each): each is Named<Grouped> => each.finding.kind === 'modes');
  return [
    ...(wide.length > 0 ? [{ subject: 'wide intervals', sentence: adviceFor(wide, grouped) }] : []),
    ...(grouped.length > 0 ? [{ subject: 'two groups of forks', sentence: describeGroups(grouped) }] : []),
    ...all.flatMap(({ name, finding }) =>
      finding.kind === 'wide' || finding.kind === 'modes'
        ? []
        : [{ subject: name, sentence: sentenceOf(finding) }],
    ),
  ];
}

function describeGroups(grouped: readonly Named<Grouped>[]): string {
  const groups = grouped.map(({ name, finding: { modes } }) => {
    const { low, high, inLow, inHigh } = modes;
    return `${name} ${inLow} around ${formatTime(low)}, ${inHigh} around ${formatTime(high)}`;
  });
  const why = grouped.length > 1 ? 'the machine seems to change between two states, and ' : '';
  return `${groups.join('; ')}: ${why}a median moves with the shares of the groups`;
}

/** More cases than this are counted, not named. */
const mostNamed = 6;

/** More forks than this help nobody; the cause must go. */
const mostForks = 200;

function adviceFor(wide: readonly Named<Wide>[], grouped: readonly Named<Grouped>[]): string {
  const widest = wide.toSorted((a, b) => b.finding.halfWidth - a.finding.halfWidth);
  const named = wide.length > mostNamed + 1 ? widest.slice(0, mostNamed) : wide;
  const more = wide.length > named.length ? ` and ${wide.length - named.length} more` : '';
  const widths = `${named.map(({ name, finding }) => `${name} ±${formatPercent(finding.halfWidth)}`).join(', ')}${more}`;
  if (wide.every(({ forks }) => forks === 1))
    return `${widths}, and one process says nothing of others; use --forks`;
  // How far apart two groups lie is not a spread that more forks of the same would narrow as usual.
  if (wide.some(({ name }) => grouped.some((each) => each.name === name)))
    return `${widths}, because the forks fall into two groups; run again on a quiet machine, or compare with mapbench ab`;
  const target = `about ±${formatPercent(wideInterval)}`;
  const needed = Math.max(...wide.map(({ finding }) => finding.forks));
  if (needed > mostForks) return `${widths}; run again on a quiet machine, or compare with mapbench ab`;
  const forks = `--forks ${needed}`;
  return wide.every(({ finding }) => finding.because === 'samples')
    ? `${widths}, because samples differ; a longer --time, or ${forks}, would make it ${target}`
    : `${widths}, because processes differ; ${forks} would make it ${target}`;
}

/** What is to be said of a drift or of outliers. */
export function sentenceOf(finding: Exclude<Finding, Wide | Grouped>): string {
  switch (finding.kind) {
    case 'drift': {
      const { change } = finding.drift;
      const verb = change > 0 ? 'rose' : 'fell';
      return `${verb} by ${formatPercent(Math.abs(change))} from the first fork to the last: the machine drifts; compare within a run, or use mapbench ab`;
    }
    case 'outliers':
      return `${formatPercent(finding.share)} of the samples are severe outliers: something else runs on this CPU`;
  }
}
