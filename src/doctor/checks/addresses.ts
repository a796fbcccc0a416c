import type { Check } from '../check.ts';
import { fine, serious, unknown } from '../finding.ts';

const path = '/proc/sys/kernel/randomize_va_space';
const ADDR_NO_RANDOMIZE = 0x0040000;

export const aslr: Check = {
  id: 'aslr',
  look({ files }) {
    const value = files.readText(path);
    const effect = 'all forks have one layout of addresses: intervals are narrower than the truth';
    if (value === undefined) return unknown(path, effect);
    const personality = Number.parseInt(files.readText('/proc/self/personality') ?? '0', 16);
    if ((personality & ADDR_NO_RANDOMIZE) !== 0)
      return serious('off for this process (ADDR_NO_RANDOMIZE)', effect, 'start it without setarch -R');
    if (value !== '2')
      return serious(
        `kernel.randomize_va_space is ${value}`,
        effect,
        'sysctl -w kernel.randomize_va_space=2',
      );
    return fine('kernel.randomize_va_space is 2', 'every fork draws a layout of its own');
  },
};
