import type { PageRequest } from '../../src/report/page/kit/input.ts';
import { renderPage } from '../../src/report/page/kit/page.ts';
import type { ResultDocument } from '../../src/results/document.ts';

/** The page of documents, which are called a, b, c. */
export function pageOf(documents: readonly ResultDocument[], more: Partial<PageRequest> = {}): string {
  const [first, ...others] = documents.map((document, index) => ({
    name: String.fromCharCode('a'.charCodeAt(0) + index),
    document,
  }));
  if (first === undefined) throw new Error('a page needs a document');
  return renderPage({
    title: 'A report',
    documents: [first, ...others],
    gates: [],
    compare: { relativeTo: 'rwx' },
    ...more,
  });
}

/** The ids of a page's sections in their order. */
export function sectionsOf(page: string): string[] {
  return [...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id ?? '');
}

/** The text of one section. */
export function sectionOf(page: string, id: string): string {
  return page.split('<section ').find((part) => part.startsWith(`id="${id}"`)) ?? '';
}
