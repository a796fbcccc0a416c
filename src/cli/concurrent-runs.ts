import type { ResultDocument } from '../results/document.ts';
import { announce } from '../system/presence.ts';

/** Looks out for other runs of mapbench on this machine, as long as one measures. */
export interface ConcurrentRuns {
  /** To be asked while nothing is measured. */
  readonly look: () => void;
  /** Says which came later than this one; it is no longer there for others. */
  readonly end: () => void;
  /** A document of this run, with what its reader must know of the others. */
  readonly noteIn: (document: ResultDocument) => ResultDocument;
}

/**
 * Runs under another name do not hear of each other: of a suite of tests, say, whose lanes know that they
 * disturb each other.
 */
function topic(): string {
  const name = process.env.MAPBENCH_PRESENCE ?? '';
  return /^[\w-]{1,60}$/.test(name) ? name : 'mapbench-measures';
}

/** Tells others that this process measures from now on, and says on standard error which others do. */
export function watchConcurrentRuns(): ConcurrentRuns {
  const presence = announce(topic());
  const seen = new Set(presence.others());
  const atFirst = [...seen];
  if (atFirst.length > 0) say(`another mapbench run ${idsOf(atFirst)} measures on this machine`);
  const look = () => {
    for (const id of presence.others()) seen.add(id);
  };
  return {
    look,
    end() {
      look();
      presence.end();
      const later = [...seen].filter((id) => !atFirst.includes(id));
      if (later.length > 0) say(`another mapbench run ${idsOf(later)} measured meanwhile on this machine`);
    },
    noteIn(document) {
      if (seen.size === 0) return document;
      const note = `Another mapbench run ${idsOf([...seen])} measured at the same time.`;
      return { ...document, host: { ...document.host, notes: note } };
    },
  };
}

function idsOf(ids: readonly number[]): string {
  return `(pid ${ids.join(', ')})`;
}

function say(what: string): void {
  console.error(
    `mapbench: ${what}: its work is in these numbers; wait for it, or give each a --cpu of its own`,
  );
}
