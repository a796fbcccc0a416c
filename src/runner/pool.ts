/**
 * Does something for every item, one item at a time on every CPU, and gives the results in the order of the items. For
 * what is not timed.
 */
export async function mapOnCpus<Item, Result>(
  items: readonly Item[],
  cpus: readonly number[],
  use: (item: Item, cpu: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = [...items.entries()].reverse();
  const work = async (cpu: number) => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [index, item] = next;
      results[index] = await use(item, cpu);
    }
  };
  await Promise.all(cpus.map(work));
  return results;
}
