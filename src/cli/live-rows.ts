import type { LiveRow } from '../report/live-table.ts';
import type { Estimate, ResultDocument } from '../results/document.ts';
import type { CaseState } from '../runner/session.ts';
import { median } from '../statistics/quantile.ts';

/** What is known of the cases of a run under way. */
export interface LiveRows {
  /** In the order of the cases. */
  all(): LiveRow[];
  /** Takes in a fork: a case without an estimate gets the median of its forks' medians, which takes no time. */
  forkEnded(state: CaseState): void;
  /** Takes in the estimates of a round. */
  roundEnded(document: ResultDocument): void;
}

/** Rows of cases of which nothing is known yet. */
export function createLiveRows(ids: readonly string[]): LiveRows {
  const rows = new Map<string, LiveRow>(ids.map((id) => [id, { id, forks: 0, changed: 0 }]));
  let changes = 0;
  return {
    all: () => [...rows.values()],
    forkEnded({ case: { id }, forks, ended }) {
      const estimate = rows.get(id)?.estimate ?? roughEstimate(forks.map(({ samples }) => samples));
      rows.set(id, {
        id,
        forks: forks.length,
        changed: ++changes,
        ...(estimate && { estimate }),
        ...(ended && { ended: ended.status }),
      });
    },
    roundEnded({ cases }) {
      for (const each of cases) {
        const row = rows.get(each.id);
        if (row !== undefined && each.status === 'measured')
          rows.set(each.id, { ...row, estimate: each.estimate });
      }
    },
  };
}

function roughEstimate(forks: readonly (readonly number[])[]): Estimate | undefined {
  const medians = forks.filter(({ length }) => length > 0).map(median);
  if (medians.length === 0) return undefined;
  return { unit: 'ns/iter', point: median(medians), low: null, high: null, confidence: null };
}
