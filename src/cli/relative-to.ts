import { Option } from 'commander';
import { catalogue } from '../strategies/catalogue.ts';
import { oneOf } from './arguments.ts';

/** What `--relative-to` takes for no reference at all. */
export const noReference = 'none';

/** `--relative-to`: the strategy that tells what a case did from what the machine did. */
export function relativeToOption(): Option {
  return new Option(
    '--relative-to <strategy>',
    'see each case also relative to this one, and tell which of the two moved; or none',
  )
    .argParser(oneOf([...catalogue.map(({ name }) => name), noReference]))
    .default('rwx');
}
