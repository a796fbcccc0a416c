import { Chalk } from 'chalk';
import { plainText, wrapText } from '../../format/text.ts';
import { type Entropy, entropyOf } from '../../statistics/entropy.ts';
import { type Column, lightTable, type RenderOptions } from './light-table.ts';

/** What a check found, as a report shows it. */
interface ShownCheck {
  readonly check: string;
  readonly outcome: 'passes' | 'fails' | 'does not apply';
  readonly evidence: string;
}

/** A case and the results of its checks, or why it has none. */
export type VerifiedRow =
  | { readonly id: string; readonly checks: readonly ShownCheck[] }
  | { readonly id: string; readonly status: 'unavailable' | 'failed'; readonly reason: string };

const words = { passes: 'passes', fails: 'FAILS', 'does not apply': '-' } as const;

/** Cases by checks; below it why something fails or was not checked, and with `verbose` what was seen. */
export function renderVerification(
  rows: readonly VerifiedRow[],
  { color, width }: RenderOptions,
  { verbose = false }: { readonly verbose?: boolean } = {},
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const checked = rows.flatMap((row) => ('checks' in row ? [row] : []));
  const names = [...new Set(checked.flatMap(({ checks }) => checks.map(({ check }) => check)))];
  const paint = { passes: chalk.green, fails: chalk.red, 'does not apply': chalk.dim };
  const columns: Column[] = [
    { head: 'case', align: 'left', cells: checked.map(({ id }) => plainText(id)) },
    ...names.map((head): Column => {
      const found = checked.map(({ checks }) => checks.find(({ check }) => check === head));
      const cells = found.map((each) => (each ? paint[each.outcome](words[each.outcome]) : '?'));
      return { head, align: 'left', cells };
    }),
  ];
  const lines = rows.flatMap((row): string[] => {
    if (!('checks' in row)) return [`${row.id}: ${row.status}: ${row.reason}`];
    const told = row.checks.filter(({ outcome }) => outcome === 'fails' || verbose);
    return told.map(({ check, evidence }) => `${row.id}: ${check}: ${evidence}`);
  });
  const wrapped = lines.map((line) => wrapText(plainText(line), width, '  '));
  return [
    ...(checked.length > 0 ? [lightTable(columns, chalk)] : []),
    ...(lines.length > 0 ? [wrapped.join('\n')] : []),
  ].join('\n\n');
}

/** Addresses by mapping, one a process. */
export interface PlacedCase {
  readonly id: string;
  readonly addresses: ReadonlyMap<string, readonly bigint[]>;
}

/** How many bits of each mapping's address, and of the distance between two, an attacker has to guess. */
export function renderEntropy(cases: readonly PlacedCase[], { color }: RenderOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const rows = cases.flatMap(({ id, addresses }) =>
    quantitiesOf(addresses).map(([name, draws]) => ({ id, name, entropy: entropyOf(draws) })),
  );
  if (rows.length === 0) return '';
  const columns: Column[] = [
    { head: 'case', align: 'left', cells: rows.map(({ id }) => plainText(id)) },
    { head: 'address', align: 'left', cells: rows.map(({ name }) => plainText(name)) },
    { head: 'entropy', align: 'right', cells: rows.map(({ entropy }) => describeEntropy(entropy)) },
    { head: 'processes', align: 'right', cells: rows.map(({ entropy }) => String(entropy.draws)) },
  ];
  return lightTable(columns, chalk);
}

/** Every mapping's address, and the distance of each two. */
function quantitiesOf(addresses: ReadonlyMap<string, readonly bigint[]>): [string, readonly bigint[]][] {
  const all = [...addresses];
  const distances = all.flatMap(([a, first], index) =>
    all
      .slice(index + 1)
      .map(([b, second]): [string, readonly bigint[]] => [
        `${a} - ${b}`,
        first.map((address, draw) => BigInt.asUintN(64, address - (second[draw] ?? 0n))),
      ]),
  );
  return [...all, ...distances];
}

function describeEntropy({ bits, isAtLeast }: Entropy): string {
  const rounded = Math.round(bits * 10) / 10;
  return `${isAtLeast ? '>= ' : ''}${rounded} ${rounded === 1 ? 'bit' : 'bits'}`;
}
