import { catalogue } from '../strategies/catalogue.ts';
import type { WxClass } from '../strategies/strategy.ts';

/** The strategies that need something of the host, by the words in which they say so. */
export function strategiesThatNeed(words: string): string {
  return catalogue
    .filter(({ needs }) => needs.includes(words))
    .map(({ name }) => name)
    .join(', ');
}

/** The strategies whose code is ever written where it is executed, and those whose is not. */
export function strategiesOf(...classes: readonly WxClass[]): string {
  return catalogue
    .filter(({ wx }) => classes.includes(wx))
    .map(({ name }) => name)
    .join(', ');
}
