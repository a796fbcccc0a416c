/** What mapbench's exit status tells scripts. */
export const exitCodes = {
  measured: 0,
  /** A case crashed, hung or was refused half-way. */
  failed: 1,
  usage: 2,
  /** A gate or --fail-on found what it looks for. */
  regressed: 3,
  /** Nothing of what was asked for can run on this host. */
  unavailable: 4,
  /** 128 + SIGINT, as shells count. */
  interrupted: 130,
} as const;

/** A mistake in what the user asked for, as one sentence. */
export class UsageError extends Error {}
