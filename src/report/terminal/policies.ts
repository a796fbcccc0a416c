import { Chalk, type ChalkInstance } from 'chalk';
import { plainText, wrapText } from '../../format/text.ts';
import { commonReason, type MatrixCell, type MatrixDocument } from '../../results/matrix.ts';
import { lightTable, type RenderOptions } from './light-table.ts';

/**
 * Strategy by policy: what runs, or the errno; then the sentences, each once with those that it is said of.
 */
export function renderPolicyMatrix(matrix: MatrixDocument, { color, width }: RenderOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const { policies, rows } = matrix;
  const table = lightTable(
    [
      { head: 'strategy', align: 'left', cells: rows.map(({ strategy }) => plainText(strategy)) },
      { head: 'W^X', align: 'left', cells: rows.map(({ wx }) => wx) },
      ...policies.map((policy, index) => ({
        head: plainText(policy ?? 'none'),
        align: 'left' as const,
        cells: rows.map(({ cells }) => colored(cells[index], chalk)),
      })),
    ],
    chalk,
  );
  const reasons = reasonsOf(matrix).map(({ reason, where }) =>
    wrapText(plainText(`${reason}: ${where.join(', ')}`), width, '  '),
  );
  return [table, ...(reasons.length > 0 ? ['', ...reasons] : [])].join('\n');
}

/** A cell in a word: `runs`, the errno, or what else became of it. */
export function cellText(cell: MatrixCell | undefined): string {
  if (cell === undefined) return '?';
  if (cell.status === 'runs') return 'runs';
  if (cell.refusal?.of === 'policy') return 'not put on';
  return cell.status === 'failed' ? 'failed' : (cell.refusal?.errno ?? 'unavailable');
}

/** A sentence, and the strategies of which it is said, with the policies. */
export interface MatrixReason {
  readonly reason: string;
  readonly where: readonly string[];
}

/**
 * Every sentence of a matrix, in the order in which they come up: what differs between strategies is the
 * step's number alone.
 */
export function reasonsOf({ rows }: MatrixDocument): MatrixReason[] {
  const reasons = new Map<string, Map<string, string[]>>();
  for (const { strategy, cells } of rows)
    for (const cell of cells) {
      const { status, policy = 'none' } = cell;
      if (status === 'runs') continue;
      const sentence = commonReason(cell);
      const byPolicy = reasons.get(sentence) ?? new Map<string, string[]>();
      byPolicy.set(policy, [...(byPolicy.get(policy) ?? []), strategy]);
      reasons.set(sentence, byPolicy);
    }
  return [...reasons].map(([reason, byPolicy]) => ({
    reason,
    where: [...byPolicy].map(([policy, strategies]) => `${policy} (${strategies.join(' ')})`),
  }));
}

function colored(cell: MatrixCell | undefined, chalk: ChalkInstance): string {
  const text = cellText(cell);
  if (text === 'runs') return chalk.green(text);
  return cell?.status === 'failed' ? chalk.red(text) : chalk.yellow(text);
}
