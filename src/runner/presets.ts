/** How much is measured: forks, milliseconds of samples in each, and a precision to reach, as a fraction. */
export interface Effort {
  readonly forks: number;
  readonly time: number;
  readonly precision?: number;
}

/** What is measured unless --forks, --time or --precision say otherwise. */
export const effort = {
  default: { forks: 40, time: 25 },
  quick: { forks: 10, time: 20 },
  /** Of instructions, whose forks are boots and hardly vary. */
  counted: { forks: 2, time: 1 },
  rigorous: { forks: 100, time: 50, precision: 0.01 },
} as const satisfies Record<string, Effort>;

/** The options that choose an effort. */
export interface EffortArguments {
  readonly quick?: boolean;
  readonly rigorous?: boolean;
  readonly forks?: number;
  readonly time?: number;
  readonly precision?: number;
}

/** What is asked for: single options win over presets. */
export function effortOf(
  { quick, rigorous, forks, time, precision }: EffortArguments,
  standard: Effort = effort.default,
): Effort {
  const preset: Effort = quick ? effort.quick : rigorous ? effort.rigorous : standard;
  const wanted = precision ?? preset.precision;
  return {
    forks: forks ?? preset.forks,
    time: time ?? preset.time,
    ...(wanted !== undefined && { precision: wanted }),
  };
}

/** How `mapbench ab` measures unless it is told otherwise: milliseconds, and forks. */
export const pairedDefaults = { timePerFork: 50, duration: 60_000, minForks: 10 } as const;

/**
 * What the threads beside the loading ones do; `load` = they load, too; `run` = they run the code that
 * `patch` changes meanwhile.
 */
export const backgroundWork = ['load', 'compute', 'fault', 'run'] as const;

export type BackgroundWork = (typeof backgroundWork)[number];
