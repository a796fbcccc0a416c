import type { ResultDocument } from '../../src/results/document.ts';
import { article, catalogue, latencyDocument, seven, threadsDocument } from '../page/documents.ts';

/** Documents of every kind, small enough that thousands can be read: few cases, forks and samples. */
export function smallDocuments(): ResultDocument[] {
  return [seven, article, catalogue, latencyDocument(), threadsDocument()].map(smaller);
}

function smaller(document: ResultDocument): ResultDocument {
  const ended = document.cases.filter(({ status }) => status !== 'measured').slice(0, 1);
  const cases = [...document.cases.slice(0, 3), ...ended].map((each) => ({
    ...each,
    forks: each.forks.slice(0, 3).map((fork) => ({ ...fork, samples: fork.samples.slice(0, 6) })),
  }));
  return { ...document, cases };
}
