import { type ProbeRow, renderCatalogue, renderProbes } from '../../report/terminal/catalogue.ts';
import { type ProbeResult, runProbes, tryStrategies } from '../../runner/attempts.ts';
import type { KnownStrategy } from '../../runner/plan.ts';
import { selectStrategies } from '../../runner/select.ts';
import { exitStatusOf } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { printReport } from '../terminal.ts';

/** The options of `mapbench list` as commander gives them. */
export interface ListArguments {
  /** The catalogue, and the configuration's strategies. */
  readonly known?: readonly KnownStrategy[];
  readonly probe?: boolean;
  readonly format: 'table' | 'json';
  readonly color: boolean;
}

/** Tries every strategy once, prints the catalogue, and returns the exit status. */
export async function list({ known, probe = false, format, color }: ListArguments): Promise<number> {
  using interruption = onInterrupt();
  const entries = await tryStrategies(await selectStrategies(['@all'], known), interruption.signal);
  const probed = probe ? await runProbes(interruption.signal) : [];
  interruption.end();
  if (interruption.signal.aborted) return exitStatusOf({ interrupted: interruption.status() });
  if (format === 'json') {
    const found = probe ? { strategies: entries, probes: probed } : entries;
    process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  } else {
    printReport(color, (terminal) =>
      [
        renderCatalogue(entries, terminal),
        ...(probe ? [renderProbes(probed.map(rowOf), terminal)] : []),
      ].join('\n\n'),
    );
  }
  return exitStatusOf({ failed: entries.some(({ status }) => status === 'failed') });
}

function rowOf({ name, summary, answer }: ProbeResult): ProbeRow {
  switch (answer.kind) {
    case 'refused':
      return { name, summary, answer: answer.errno, step: answer.step };
    case 'works':
      return { name, summary, answer: 'works here', step: answer.step };
    case 'unavailable':
      return { name, summary, answer: 'not asked', step: answer.reason };
  }
}
