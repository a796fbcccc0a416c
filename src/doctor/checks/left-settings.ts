import type { Check } from '../check.ts';
import { serious } from '../finding.ts';

/** Says something only where a mapbench was killed together with its guard. */
export const leftSettings: Check = {
  id: 'left-settings',
  look({ left }) {
    if (left === undefined) return [];
    return serious(
      `a mapbench that was killed (process ${left.pid}) left ${left.count} settings changed`,
      'this host is not as it was set up',
      'mapbench doctor --restore',
    );
  },
};
