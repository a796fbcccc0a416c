import { html } from '../kit/html.ts';
import type { SectionMaker } from '../kit/input.ts';
import { dataTable } from '../kit/table.ts';

const classes = { holds: 'good', fails: 'bad', undecided: 'unsure' } as const;

/** What became of the gates. */
export const gates: SectionMaker = ({ gates: lines }) => {
  if (lines.length === 0) return undefined;
  const columns = [
    { head: 'gate', align: 'left', cells: lines.map(({ text }) => html`<code>${text}</code>`) },
    {
      head: 'outcome',
      align: 'left',
      cells: lines.map(({ outcome }) => html`<span class="${classes[outcome]}">${outcome}</span>`),
    },
    { head: 'evidence', align: 'left', isLong: true, cells: lines.map(({ evidence }) => evidence) },
  ] as const;
  return {
    id: 'gates',
    title: 'Gates',
    how: 'A gate holds or fails if the whole confidence interval says so, and is undecided in between.',
    body: dataTable(columns, { caption: 'Gates and their outcomes' }),
  };
};
