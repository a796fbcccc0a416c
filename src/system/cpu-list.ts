/** The CPUs or nodes of a list as the kernel writes it, `0-2,5`; none of an empty one. */
export function parseCpuList(text: string): number[] {
  return text
    .split(',')
    .filter((part) => part.trim() !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}
