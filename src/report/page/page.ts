import { factsOf } from '../facts.ts';
import { flameSections } from '../flame/sections.ts';
import { countOf } from '../text.ts';
import { type Html, html } from './html.ts';
import { inputOf, type PageInput, type PageRequest } from './input.ts';
import { sections } from './sections.ts';
import { renderShell } from './shell.ts';

/** Result documents as one page that needs nothing else: no network, no other file. */
export function renderPage(request: PageRequest): string {
  const input = inputOf(request);
  return renderShell({
    title: request.title,
    about: aboutOf(input),
    sections: [...sections.flatMap((make) => make(input) ?? []), ...flameSections(request.flames ?? [])],
  });
}

/** What is shown, and where it was measured. */
function aboutOf({ document, documents }: PageInput): Html {
  const [first] = documents;
  const { name } = documents.at(-1) ?? first;
  const compared = documents.slice(0, -1).map((each) => each.name);
  const shows =
    compared.length === 0
      ? undefined
      : html`<p>Shows <strong>${name}</strong>, compared with ${compared.join(', ')}.</p>`;
  return html`${shows}
<p class="facts">${[...factsOf(document), `measured on ${document.createdAt.slice(0, 10)}`].join(' · ')}</p>
<p class="facts">${outcomes(document)}</p>`;
}

/** How many cases there are and what became of them. */
function outcomes({ cases, interrupted }: PageInput['document']): string {
  const parts = (['measured', 'unavailable', 'failed'] as const).flatMap((status) => {
    const count = cases.filter((each) => each.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  const all = `${countOf(cases.length, 'case')}: ${parts.join(', ') || 'none'}`;
  return interrupted ? `${all}; the run was interrupted` : all;
}
