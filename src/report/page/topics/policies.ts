import { cellText, reasonsOf } from '../../terminal/policies.ts';
import { html } from '../kit/html.ts';
import type { SectionMaker } from '../kit/input.ts';
import { dataTable, foldedTable } from '../kit/table.ts';

/** Which strategies run under which policies. */
export const policies: SectionMaker = ({ policyMatrix }) => {
  if (policyMatrix === undefined) return undefined;
  const { rows, host } = policyMatrix;
  const table = dataTable(
    [
      { head: 'strategy', align: 'left', cells: rows.map(({ strategy }) => strategy) },
      { head: 'W^X', align: 'left', cells: rows.map(({ wx }) => wx) },
      ...policyMatrix.policies.map((policy, index) => ({
        head: policy ?? 'none',
        align: 'left' as const,
        cells: rows.map(({ cells }) => cellText(cells[index])),
      })),
    ],
    { caption: 'What runs under which policy', isSortable: true },
  );
  const reasons = reasonsOf(policyMatrix);
  const sentences = foldedTable('Why not: every reason', [
    { head: 'reason', align: 'left', isLong: true, cells: reasons.map(({ reason }) => reason) },
    { head: 'where', align: 'left', isLong: true, cells: reasons.map(({ where }) => where.join('; ')) },
  ]);
  return {
    id: 'policies',
    title: 'Policies',
    how: `Whether a strategy runs in a process that is under a policy, tried on Linux ${host.kernel}; where not, the errno of the call that is refused.`,
    body: html`${table}${sentences}`,
  };
};
