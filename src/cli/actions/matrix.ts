import { usualPolicies } from '../../policies/policy.ts';
import { renderPolicyMatrix } from '../../report/terminal/policies.ts';
import { saveText } from '../../results/file.ts';
import { type MatrixDocument, matrixSchemaName } from '../../results/matrix.ts';
import { runMatrix } from '../../runner/attempts.ts';
import type { KnownStrategy } from '../../runner/plan.ts';
import { selectStrategies } from '../../runner/select.ts';
import { hostFacts, hostFactsFrom } from '../../system/host.ts';
import { version } from '../../system/version.ts';
import { exitStatusOf } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { checkOutput, Outputs } from '../output.ts';
import { type TargetArguments, targetOf } from '../target.ts';
import { printReport } from '../terminal.ts';

/** The options of `mapbench matrix` as commander gives them. */
export interface MatrixArguments extends Pick<TargetArguments, 'target'> {
  readonly policy?: readonly string[];
  readonly output?: string;
  readonly known?: readonly KnownStrategy[];
  readonly format: 'table' | 'json';
  readonly color: boolean;
}

/** Tries every strategy under every policy, prints the matrix, and returns the exit status. */
export async function matrix(names: readonly string[], given: MatrixArguments): Promise<number> {
  const { policy = usualPolicies, output, known, format, color } = given;
  const strategies = await selectStrategies(names, known);
  if (output !== undefined) checkOutput(output);
  using interruption = onInterrupt();
  const columns = [undefined, ...new Set(policy)];
  const { signal } = interruption;
  await using target = await targetOf(given, signal);
  const host = target === undefined ? hostFacts() : hostFactsFrom(target.facts);
  const rows = await runMatrix(strategies, columns, signal, () => {}, target).finally(interruption.end);
  if (interruption.signal.aborted) return exitStatusOf({ interrupted: interruption.status() });
  const document: MatrixDocument = {
    schema: matrixSchemaName,
    tool: { name: 'mapbench', version: version() },
    createdAt: new Date().toISOString(),
    host: { ...host },
    policies: columns.map((column) => column ?? null),
    rows: rows.map((row) => ({ ...row, cells: row.cells.map((cell) => ({ ...cell })) })),
  };
  const outputs = new Outputs();
  if (output !== undefined) outputs.write(() => saveText(output, `${JSON.stringify(document, null, 1)}\n`));
  if (format === 'json') process.stdout.write(`${JSON.stringify(document)}\n`);
  else printReport(color, (terminal) => renderPolicyMatrix(document, terminal));
  return exitStatusOf({
    failed: rows.some(({ cells }) => cells.some(({ status }) => status === 'failed')),
    unwritten: outputs.reportProblems(),
  });
}
