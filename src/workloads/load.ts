import type { Architecture } from '../system/architecture.ts';
import { loadData } from '../system/memory.ts';
import type { Content } from './content.ts';
import { loadImage, planImage } from './image.ts';
import { patchSites, siteOffset } from './patch.ts';
import { stampCode } from './stamp.ts';
import type { Workload } from './workload.ts';

/** Puts what a workload loads into modules of so many bytes into this process's memory, where it stays. */
export function loadContent({ code }: Workload, bytes: number, architecture: Architecture): Content {
  switch (code.kind) {
    case 'page starts':
      return { kind: 'page starts', code: code.code[architecture] };
    case 'image':
      return loadImage(planImage(bytes, code.isRelocated, code.calls), architecture);
    case 'patches': {
      const offsets = Uint32Array.from({ length: patchSites }, (_, site) => siteOffset(site, bytes));
      return {
        kind: 'patches',
        code: stampCode[architecture],
        sites: loadData(new Uint8Array(offsets.buffer)),
        siteCount: patchSites,
        count: code.count,
      };
    }
  }
}
