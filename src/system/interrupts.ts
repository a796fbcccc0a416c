/** Interrupts since boot. The kernel keeps 32 bits a CPU, so a count can fall by 2^32. */
interface InterruptCount {
  /** On all CPUs. */
  readonly total: number;
  /** Received by the given CPU. */
  readonly own: number;
  /** Received by the other CPUs; those are the ones that the given CPU caused, where nothing else runs. */
  readonly others: number;
}

/** The interrupts by which CPUs disturb each other. A kind that the kernel does not count is absent. */
export interface Interrupts {
  /** Requests of another CPU to drop translations; they travel in function calls, which several can share. */
  readonly tlbShootdowns?: InterruptCount;
  /** Requests of another CPU to run a kernel function. */
  readonly functionCalls?: InterruptCount;
  /** Why a kind is absent, one sentence each. */
  readonly missing: Readonly<Partial<Record<InterruptKind, string>>>;
}

/** The interrupts counted here. */
type InterruptKind = keyof typeof descriptions;

/**
 * The ends of the rows in /proc/interrupts. The labels are not alike: CAL on x86-64 is IPI0 or IPI1 on
 * AArch64.
 */
const descriptions = {
  tlbShootdowns: 'TLB shootdowns',
  functionCalls: 'Function call interrupts',
} as const;

/**
 * The interrupts of all CPUs, split into those of `cpu` and the others, in the text of /proc/interrupts. On 2
 * CPUs that takes some 40 µs to read, of which the kernel's printing is nine tenths: a file kept open would
 * be no faster.
 */
export function interruptsIn(text: string | undefined, cpu: number): Interrupts {
  if (text === undefined) {
    const reason = '/proc/interrupts cannot be read';
    return { missing: { tlbShootdowns: reason, functionCalls: reason } };
  }
  const kinds = Object.keys(descriptions) as InterruptKind[];
  const column = fields(text.slice(0, text.indexOf('\n'))).indexOf(`CPU${cpu}`);
  const counts: Partial<Record<InterruptKind, InterruptCount>> = {};
  const missing: Partial<Record<InterruptKind, string>> = {};
  for (const kind of kinds) {
    const row = rowEndingIn(text, descriptions[kind]);
    const own = row?.[column];
    if (row === undefined) missing[kind] = whyNoRow(kind);
    else if (own === undefined) missing[kind] = `/proc/interrupts has no column for CPU ${cpu}`;
    else {
      const total = row.reduce((sum, count) => sum + count, 0);
      counts[kind] = { total, own, others: total - own };
    }
  }
  return { ...counts, missing };
}

function whyNoRow(kind: InterruptKind): string {
  const row = `/proc/interrupts has no row '${descriptions[kind]}'`;
  return kind === 'tlbShootdowns' ? `${row}; AArch64 needs no interrupts for them` : row;
}

/** The counts in the row of that description, one for each online CPU. */
function rowEndingIn(text: string, description: string): number[] | undefined {
  const end = `${text}\n`.indexOf(`  ${description}\n`);
  if (end === -1) return undefined;
  const colon = text.indexOf(':', text.lastIndexOf('\n', end));
  return fields(text.slice(colon + 1, end)).map(Number);
}

function fields(line: string): string[] {
  return line.trim().split(/ +/);
}
