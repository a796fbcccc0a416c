/**
 * The pool that mappings with MAP_HUGE_2MB and MFD_HUGE_2MB take their pages from. vm.nr_hugepages is that of
 * the default size, which can be another one (default_hugepagesz=1G; 512 MiB where base pages are 64 KiB).
 */
export const hugePagePool = '/sys/kernel/mm/hugepages/hugepages-2048kB';

/** What root types to have so many pages in it. */
export function commandToFill(pages: number): string {
  return `echo ${pages} > ${hugePagePool}/nr_hugepages`;
}
