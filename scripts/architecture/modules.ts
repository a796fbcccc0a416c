/** A module of src/: a folder, or `index.ts`, which is what the package exports. */
export interface Module {
  readonly name: string;
  /** In the picture: a few words. */
  readonly brief: string;
  /** In the table: what is in it. */
  readonly what: string;
  /** Where it stands in the picture: layer from the top, column from the left. */
  readonly layer: number;
  readonly column: number;
}

/**
 * Every module, from the top layer down: an import only ever points down this list. A module of src/ that is
 * not here is a mistake, which scripts/architecture.ts and tests/docs/architecture.test.ts name; one that is
 * not there is left out.
 */
export const modules: readonly Module[] = [
  {
    name: 'cli',
    brief: 'commands and actions',
    what: 'every command and option on one page, the actions, loaded late; configuration, help, completion; exit statuses',
    layer: 0,
    column: 2,
  },
  {
    name: 'index.ts',
    brief: 'what the package exports',
    what: 'what the package exports: `defineStrategy`, `run()` and the words of strategies',
    layer: 0,
    column: 1,
  },
  {
    name: 'runner',
    brief: 'plan, forks, samples',
    what: 'plan (cases) → session (rounds) → forks (a fresh process each) → sampler (placements, batches, samples); phases, latency, threads, profiles',
    layer: 1,
    column: 1,
  },
  {
    name: 'gates',
    brief: '--assert: parse, decide',
    what: 'the conditions of `--assert`: parse, resolve, decide by intervals',
    layer: 1,
    column: 3,
  },
  {
    name: 'report',
    brief: 'tables, page, charts',
    what: 'terminal tables, the HTML page, charts, flame graphs: from results to something a person looks at',
    layer: 2,
    column: 3,
  },
  {
    name: 'observe',
    brief: 'what a program does',
    what: '`observe`: a tracer’s lines → events → address spaces → the lives of pages → loads that are alike → the strategies whose recorded programs make the same calls',
    layer: 2,
    column: 4,
  },
  {
    name: 'advice',
    brief: 'which strategy to use',
    what: 'which strategy to use: demands, rows of figures, and the C that does it',
    layer: 3,
    column: 2,
  },
  {
    name: 'doctor',
    brief: 'what disturbs this host',
    what: 'what of this host disturbs a measurement, or keeps a strategy from running',
    layer: 2,
    column: 0,
  },
  {
    name: 'tuning',
    brief: 'quiet the host, put it back',
    what: 'quietens the host for a run and puts every setting back',
    layer: 3,
    column: 0,
  },
  {
    name: 'verification',
    brief: 'does it do what it says?',
    what: '`verify`: fresh code, protections, real changes, nothing left over',
    layer: 2,
    column: 2,
  },
  {
    name: 'policies',
    brief: 'MDWE, seccomp, limits',
    what: 'puts the measured process under a policy (PR_SET_MDWE, limits, noexec mounts, seccomp filters, another user); nothing of the host changes',
    layer: 2,
    column: 1,
  },
  {
    name: 'strategies',
    brief: 'recorded programs',
    what: 'the strategies and their catalogue, by origin; no I/O',
    layer: 4,
    column: 1,
  },
  {
    name: 'comparison',
    brief: 'documents side by side',
    what: 'two documents or many, side by side: pairs, changes, hosts, trends',
    layer: 3,
    column: 3,
  },
  {
    name: 'profile',
    brief: 'stacks of perf',
    what: 'what perf printed, as stacks, totals and trees',
    layer: 3,
    column: 4,
  },
  {
    name: 'results',
    brief: 'the document, exports',
    what: 'the result document: schema, files, baselines, history, export formats',
    layer: 4,
    column: 3,
  },
  {
    name: 'program',
    brief: 'steps; native, ffi, C, text',
    what: 'the IR and its backends: steps, `native` (x86-64, AArch64), `ffi`, `c`, `describe`',
    layer: 5,
    column: 1,
  },
  {
    name: 'target',
    brief: 'the measured process',
    what: 'the measured process: the stub, which does what it is told, through shared memory here, through a byte stream under another kernel, on another host or in a container; or this process, for `ffi`',
    layer: 6,
    column: 2,
  },
  {
    name: 'workloads',
    brief: 'what is loaded',
    what: 'what is loaded: the article’s `ret` a page, and the realistic ones',
    layer: 6,
    column: 1,
  },
  {
    name: 'statistics',
    brief: 'numbers in, numbers out',
    what: 'estimates, intervals, outliers, drift, change points, cost models: numbers in, numbers out',
    layer: 6,
    column: 3,
  },
  {
    name: 'assembler',
    brief: 'x86-64 and AArch64',
    what: 'the two assemblers: instructions in, bytes out',
    layer: 7,
    column: 1,
  },
  {
    name: 'format',
    brief: 'numbers, units, text',
    what: 'numbers, units, text and markup, as tables, pages and exports share them',
    layer: 8,
    column: 2,
  },
  {
    name: 'system',
    brief: 'libc, errno, host facts',
    what: 'libc through koffi, errno, host facts, counters, CPU affinity, constants of the kernel',
    layer: 8,
    column: 0,
  },
  {
    name: 'vendor',
    brief: 'zod, d3, Plot, …',
    what: 'libraries that the build bundles into `dist`, so that users need not install them',
    layer: 8,
    column: 3,
  },
];

/**
 * Imports that point up the list and may, each with its reason. Empty: keep it so.
 */
export const upward: readonly { readonly from: string; readonly to: string; readonly why: string }[] = [];
