import type { Architecture } from '../system/syscalls.ts';
import type { ContentImage } from './content.ts';
import { imageContent, planImage } from './image.ts';
import { liveCode, stampCode } from './page-starts.ts';
import { patchSites, siteOffset } from './patch.ts';
import type { Workload } from './workload.ts';

/** What a workload loads into modules of so many bytes. */
export function contentOf({ code }: Workload, bytes: number, architecture: Architecture): ContentImage {
  switch (code.kind) {
    case 'page starts': {
      const content = { kind: 'page starts', code: code.code[architecture] } as const;
      return { length: 0, staging: 0, at: () => ({ bytes: new Uint8Array(0), content }) };
    }
    case 'image':
      return imageContent(planImage(bytes, code), architecture);
    case 'patches': {
      const offsets = Uint32Array.from({ length: patchSites }, (_, site) => siteOffset(site, bytes));
      const at = (base: number) => ({
        bytes: new Uint8Array(offsets.buffer),
        content: {
          kind: 'patches',
          code: code.isLive && architecture === 'x64' ? liveCode : stampCode[architecture],
          sites: base,
          siteCount: patchSites,
          count: code.count,
        } as const,
      });
      return { length: offsets.byteLength, staging: 0, at };
    }
  }
}
