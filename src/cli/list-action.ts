import { renderCatalogue } from '../report/catalogue.ts';
import { tryStrategies } from '../runner/availability.ts';
import { exitCodes } from './exit-codes.ts';
import { onInterrupt } from './interrupt.ts';
import { selectStrategies } from './strategies.ts';
import { terminalOf } from './terminal.ts';

/** Tries every strategy once, prints the catalogue, and returns the exit status. */
export async function list({ format, color }: { format: 'table' | 'json'; color: boolean }): Promise<number> {
  const interruption = onInterrupt();
  const entries = await tryStrategies(await selectStrategies(['@all']), interruption.signal);
  interruption.end();
  if (interruption.signal.aborted) return interruption.exitCode();
  const text =
    format === 'json'
      ? JSON.stringify(entries, null, 2)
      : renderCatalogue(entries, terminalOf(process.stdout, color));
  process.stdout.write(`${text}\n`);
  return entries.some(({ status }) => status === 'failed') ? exitCodes.failed : exitCodes.measured;
}
