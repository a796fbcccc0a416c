import { RequestError } from '../system/errors.ts';
import { busiestRegion, type Observation } from './observation.ts';

/** What an observation asks of a strategy, in the words of `mapbench advise`. */
export interface ObservedDemands {
  readonly threads: number;
  /** Bytes of a module. */
  readonly moduleSize: number;
  readonly loadsPerSecond: number;
}

/**
 * The demands of the region that loads most often. Throws a RequestError where no load was seen; `name` is
 * the observation's file.
 */
export function demandsOfObservation(
  observation: Observation,
  name: string,
): { readonly demands: ObservedDemands; readonly sentence: string } {
  const region = busiestRegion(observation);
  if (region === undefined)
    throw new RequestError(
      `${name}: no load was seen to make a call, so how often and how large is not known; give --loads-per-second and --module-size`,
    );
  const demands = {
    threads: region.threads,
    moduleSize: Math.max(1, region.size.median),
    loadsPerSecond: Math.max(1, Math.round(region.loadsPerSecond)),
  };
  const now = region.strategies.length === 0 ? 'none of the catalogue' : region.strategies.join(' or ');
  return {
    demands,
    sentence: `${name} observed ${now}: ${demands.loadsPerSecond} loads/s of ${demands.moduleSize} bytes by ${demands.threads} ${demands.threads === 1 ? 'thread' : 'threads'}`,
  };
}
