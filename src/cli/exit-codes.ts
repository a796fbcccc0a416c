/** What mapbench's exit status tells scripts. */
export const exitCodes = {
  measured: 0,
  /** A case crashed, hung or was refused half-way, or what was asked for could not be written. */
  failed: 1,
  usage: 2,
  /** A gate or --fail-on found what it looks for. */
  regressed: 3,
  /** Nothing of what was asked for can run on this host. */
  unavailable: 4,
  /** 128 + SIGINT, as shells count. */
  interrupted: 130,
} as const;

/** What came of a command that measured, or read what was measured. */
export interface CommandResult {
  /** 128 + the number of the signal that ended it. */
  readonly interrupted?: number | undefined;
  /** A case crashed, hung or was refused half-way. */
  readonly failed?: boolean;
  /** A gate or --fail-on found what it looks for, or had nothing to look at. */
  readonly gateFails?: boolean;
  /** Something that was asked for could not be written. */
  readonly unwritten?: boolean;
  /** Nothing of what was asked for can run on this host. */
  readonly unavailable?: boolean;
}

/** The exit status of a command, to be asked when all that can fail has been tried: what comes last hides nothing. */
export function exitStatusOf(result: CommandResult): number {
  if (result.interrupted !== undefined) return result.interrupted;
  if (result.failed) return exitCodes.failed;
  if (result.gateFails) return exitCodes.regressed;
  if (result.unwritten) return exitCodes.failed;
  return result.unavailable ? exitCodes.unavailable : exitCodes.measured;
}

/** A status as it is where standard output could not be written: a failure, unless it tells of something worse. */
export function exitStatusUnwritten(status: number): number {
  return status === exitCodes.measured || status === exitCodes.unavailable ? exitCodes.failed : status;
}

/** A mistake in what the user asked for, as one sentence. */
export class UsageError extends Error {}
