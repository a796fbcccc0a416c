import { defineConfig } from 'mapbench';
import twoFlips from './strategies/two-flips.ts';

export default defineConfig({
  // These join the names that every command knows, in the group `own`.
  strategies: [twoFlips],
  // What `mapbench run` does unless its command line says otherwise.
  defaults: { strategy: ['reuse', 'two_flips'], pages: 4 },
  // One flip more must cost less than twice as much.
  gates: ['two_flips < 2 * reuse'],
});
