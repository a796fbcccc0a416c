import { parseCpuList } from '../system/cpu-list.ts';
import type { Setting } from './setting.ts';

const folder = '/proc/irq';

/** The CPUs of a mask as the kernel writes it: groups of 32 bits in hexadecimal, `00000001,0000000f`. */
export function parseMask(text: string): bigint {
  const digits = text.replaceAll(',', '').trim();
  return /^[0-9a-f]+$/i.test(digits) ? BigInt(`0x${digits}`) : 0n;
}

/** A mask as the kernel takes it. */
export function formatMask(mask: bigint): string {
  const digits = mask.toString(16);
  const length = Math.ceil(digits.length / 8) * 8;
  const groups = digits.padStart(length, '0').match(/.{8}/g) ?? [];
  return groups.join(',').replace(/^0+(?=[0-9a-f])/, '');
}

/** Interrupts of devices kept off the CPU that is measured on. */
export const interrupts: Setting = {
  name: 'interrupts',
  pattern: /^\/proc\/irq\/\d+\/smp_affinity$/,
  plan({ list, readText }, { cpu }) {
    const own = 1n << BigInt(cpu);
    const online = parseCpuList(readText('/sys/devices/system/cpu/online') ?? '');
    const others = online.reduce((mask, each) => mask | (1n << BigInt(each)), 0n) & ~own;
    // With one CPU there is nowhere else to go.
    if (others === 0n) return [];
    return list(folder)
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const path = `${folder}/${name}/smp_affinity`;
        const mask = parseMask(readText(path) ?? '');
        if ((mask & own) === 0n) return [];
        return [{ path, wanted: formatMask((mask & ~own) === 0n ? others : mask & ~own) }];
      });
  },
  nothingToDo: (_, { cpu }) => `cannot, or need not, be kept off CPU ${cpu}`,
  describe(done, refused, { cpu }) {
    const fixed = refused.length === 0 ? '' : ` (${refused.length} cannot be moved)`;
    return `${done.length} kept off CPU ${cpu}${fixed}`;
  },
};
