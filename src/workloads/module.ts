import type { Calls, Workload } from './workload.ts';

/** A whole image of functions is copied in, and some of them are called. */
export function moduleOf(calls: Calls): Workload {
  return {
    name: 'module',
    summary: 'a whole image of functions, copied from sources that take turns; some of them called',
    code: { kind: 'image', isRelocated: false, calls },
    life: { kind: 'resident' },
    pages: 4,
  };
}

/** As `module`, and the image is linked: every 64 bytes hold one relocation. */
export function relocOf(calls: Calls): Workload {
  return {
    name: 'reloc',
    summary:
      'module, and a relocation every 64 bytes: addresses, distances, links to functions of the embedder',
    code: { kind: 'image', isRelocated: true, calls },
    life: { kind: 'resident' },
    pages: 4,
  };
}

/** More code than the instruction TLB covers, loaded beforehand and called in random order. */
export function footprintOf(calls: Calls): Workload {
  return {
    name: 'footprint',
    summary:
      'a large image that was loaded beforehand, its functions called in random order; the cost of a call',
    code: { kind: 'image', isRelocated: false, isChained: true, calls },
    life: { kind: 'loaded' },
    pages: 4096,
  };
}

/** Many live modules, of which a random one is replaced. */
export function tenancyOf(calls: Calls, modules: number): Workload {
  return {
    name: 'tenancy',
    summary: `${modules} live modules, a random one of which is replaced and called`,
    code: { kind: 'image', isRelocated: false, calls },
    life: { kind: 'tenants', modules },
    pages: 16,
  };
}
