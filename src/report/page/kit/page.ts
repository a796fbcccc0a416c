import { createHash } from 'node:crypto';
import { countOf } from '../../../format/text.ts';
import { version } from '../../../system/version.ts';
import { clientScript } from '../../client-script.ts';
import { factsOf } from '../../facts.ts';
import { flameSections } from '../../flame/sections.ts';
import { type Html, html, trusted } from './html.ts';
import { howId, inputOf, type PageInput, type PageRequest, type Section } from './input.ts';
import { sections } from './sections.ts';
import { pageStyle } from './style.ts';

/** What a page shows. */
export interface Shell {
  /** Of the window, and of the page. */
  readonly title: string;
  /** Paragraphs below the title. */
  readonly about: Html;
  readonly sections: readonly Section[];
}

/** A page that needs nothing else: no network, no other file. */
export function renderShell({ title, about, sections }: Shell): string {
  const scripts = [...new Set(sections.flatMap(({ script }) => script ?? []))];
  const styles = [...new Set(sections.flatMap(({ style }) => style ?? []))];
  const first = clientScript('report');
  return `<!doctype html>
${
  html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policyFor([first, ...scripts])}">
<meta name="generator" content="mapbench ${version()}">
<title>${title}</title>
<style>${trusted(pageStyle + styles.join('\n'))}</style>
<script>${trusted(first)}</script>
</head>
<body>
<header>
<div>
<h1>${title}</h1>
${about}
</div>
<button type="button" id="theme" hidden>Theme: system</button>
</header>
${contents(sections)}
<main>
${sections.map(sectionOf)}</main>
<footer>Made by mapbench ${version()}.</footer>
${scripts.map((script) => html`<script>${trusted(script)}</script>`)}
</body>
</html>`.markup
}
`;
}

/** Nothing may be fetched, and no script run but these. Style is free, as charts have some of their own. */
function policyFor(scripts: readonly string[]): string {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return `default-src 'none'; script-src ${hashes.join(' ')}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
}

function contents(shown: readonly Section[]): Html {
  const links = shown.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  return html`<nav aria-label="Contents"><ul>${links}</ul></nav>`;
}

function sectionOf({ id, title, how, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
<p class="how" id="${howId(id)}">${how}</p>
${body}
</section>
`;
}

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
