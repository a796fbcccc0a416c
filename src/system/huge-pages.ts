/**
 * The pool that mappings with MAP_HUGE_2MB and MFD_HUGE_2MB take their pages from. vm.nr_hugepages is that of
 * the default size, which can be another one (default_hugepagesz=1G; 512 MiB where base pages are 64 KiB).
 */
export const hugePagePool = '/sys/kernel/mm/hugepages/hugepages-2048kB';

/** Fields of /proc/<pid>/smaps that count transparent huge pages: of private, shared and files' memory. */
const hugeFields = /^(?:AnonHugePages|ShmemPmdMapped|FilePmdMapped): +(\d+) kB$/;

/** Bytes of a range of addresses that lie in transparent huge pages, of the text of /proc/<pid>/smaps. */
export function hugeBytesIn(smaps: string, address: number, length: number): number {
  let isInside = false;
  let bytes = 0;
  for (const line of smaps.split('\n')) {
    const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line) ?? [];
    if (start !== undefined && end !== undefined)
      isInside = Number.parseInt(start, 16) < address + length && Number.parseInt(end, 16) > address;
    else if (isInside) bytes += Number(hugeFields.exec(line)?.[1] ?? 0) * 1024;
  }
  return bytes;
}

/** Where transparent huge pages are switched, for private and for shared memory. */
export const transparentHugePages = '/sys/kernel/mm/transparent_hugepage';

/** The setting in brackets of a file of it, as `madvise` of `always [madvise] never`. */
export function chosenSetting(text: string | undefined): string | undefined {
  return /\[(\S+)\]/.exec(text ?? '')?.[1];
}

/** What root types to have so many pages in it. */
export function commandToFill(pages: number): string {
  return `echo ${pages} > ${hugePagePool}/nr_hugepages`;
}
