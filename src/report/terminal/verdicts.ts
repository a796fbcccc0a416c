import { Chalk } from 'chalk';
import { plainText, wrapText } from '../../format/text.ts';
import { type Entropy, entropyOf } from '../../statistics/entropy.ts';
import { type Column, lightTable, type RenderOptions } from './light-table.ts';

/** What a check found, as a report shows it. */
interface ShownVerdict {
  readonly check: string;
  readonly outcome: 'passes' | 'fails' | 'does not apply';
  readonly evidence: string;
}

/** A case and its verdicts, or why it has none. */
export type VerdictRow =
  | { readonly id: string; readonly verdicts: readonly ShownVerdict[] }
  | { readonly id: string; readonly status: 'unavailable' | 'failed'; readonly reason: string };

const words = { passes: 'passes', fails: 'FAILS', 'does not apply': '-' } as const;

/** Cases by checks; below it why something fails or was not checked, and with `verbose` what was seen. */
export function renderVerdicts(
  rows: readonly VerdictRow[],
  { color, width }: RenderOptions,
  { verbose = false }: { readonly verbose?: boolean } = {},
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const checked = rows.flatMap((row) => ('verdicts' in row ? [row] : []));
  const checks = [...new Set(checked.flatMap(({ verdicts }) => verdicts.map(({ check }) => check)))];
  const paint = { passes: chalk.green, fails: chalk.red, 'does not apply': chalk.dim };
  const columns: Column[] = [
    { head: 'case', align: 'left', cells: checked.map(({ id }) => plainText(id)) },
    ...checks.map((check): Column => {
      const found = checked.map(({ verdicts }) => verdicts.find((each) => each.check === check));
      const cells = found.map((verdict) => (verdict ? paint[verdict.outcome](words[verdict.outcome]) : '?'));
      return { head: check, align: 'left', cells };
    }),
  ];
  const lines = rows.flatMap((row): string[] => {
    if (!('verdicts' in row)) return [`${row.id}: ${row.status}: ${row.reason}`];
    const told = row.verdicts.filter(({ outcome }) => outcome === 'fails' || verbose);
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
