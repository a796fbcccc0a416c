import { checks } from '../../doctor/checks.ts';
import { examine } from '../../doctor/examine.ts';
import { hostFactsForChecks, watch } from '../../doctor/facts.ts';
import { renderHostFindings } from '../../report/terminal/doctor.ts';
import { chooseCpu } from '../../runner/request.ts';
import { RequestError } from '../../system/errors.ts';
import { journalFolder } from '../../tuning/journal.ts';
import { restoreLeft } from '../../tuning/restore.ts';
import { exitCodes } from '../exit.ts';
import { printReport } from '../terminal.ts';
import { holdOpen, reportRestored, runCommandToItsEnd, startTuning } from '../tuning.ts';

/** The options of `mapbench doctor` as commander gives them. */
export interface DoctorArguments {
  readonly fix?: boolean;
  readonly restore?: boolean;
  readonly cpu?: number;
  readonly hugePages: number;
  readonly format: 'table' | 'json';
  readonly color: boolean;
}

/** Milliseconds for which steal time and swapping are watched: 50 clock ticks a CPU. */
const watched = 500;

/** Examines the host, or changes its settings for a while, and returns the exit status. */
export async function doctor(command: readonly string[], given: DoctorArguments): Promise<number> {
  if (given.restore) return restore();
  if (given.fix) return fix(command, given);
  const [word] = command;
  if (word !== undefined)
    throw new RequestError(`'${word}': a command needs --fix, as doctor --fix -- ${word}`);
  const interval = await watch(watched);
  const findings = examine({ ...hostFactsForChecks(), interval }, checks);
  if (given.format === 'json') process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else printReport(given.color, (terminal) => renderHostFindings(findings, terminal));
  return exitCodes.measured;
}

async function fix(command: readonly string[], { cpu, hugePages }: DoctorArguments): Promise<number> {
  const tuned = await startTuning({ cpu: chooseCpu(cpu), hugePages }, 'mapbench doctor --fix');
  try {
    return command.length > 0 ? await runCommandToItsEnd(command) : await holdOpen();
  } finally {
    await tuned.end();
  }
}

function restore(): number {
  const results = restoreLeft(journalFolder());
  if (results === undefined) {
    console.log('nothing to put back: no killed mapbench left settings changed');
    return exitCodes.measured;
  }
  console.log(`put back: ${results.filter(({ outcome }) => outcome === 'put back').length} settings`);
  return reportRestored(results) ? exitCodes.measured : exitCodes.failed;
}
