/** An event of linux/perf_event.h, which means the same on every processor that has it. */
export interface GeneralEvent {
  readonly type: number;
  readonly config: number;
}

const PERF_TYPE_HARDWARE = 0;
const PERF_TYPE_SOFTWARE = 1;
const PERF_TYPE_HW_CACHE = 3;

/** enum perf_hw_id, in its order; names as perf has them. */
const hardware = [
  ['cycles', 'cpu-cycles'],
  ['instructions'],
  ['cache-references'],
  ['cache-misses'],
  ['branches', 'branch-instructions'],
  ['branch-misses'],
  ['bus-cycles'],
  ['stalled-cycles-frontend', 'idle-cycles-frontend'],
  ['stalled-cycles-backend', 'idle-cycles-backend'],
  ['ref-cycles'],
];

/** enum perf_sw_ids, in its order. */
const software = [
  ['cpu-clock'],
  ['task-clock'],
  ['page-faults', 'faults'],
  ['context-switches', 'cs'],
  ['cpu-migrations', 'migrations'],
  ['minor-faults'],
  ['major-faults'],
  ['alignment-faults'],
  ['emulation-faults'],
];

/** enum perf_hw_cache_id and perf_hw_cache_op_id, in their order. */
const caches = ['L1-dcache', 'L1-icache', 'LLC', 'dTLB', 'iTLB', 'branch', 'node'];
const operations = [
  ['loads', 'load'],
  ['stores', 'store'],
  ['prefetches', 'prefetch'],
] as const;

const cacheEvents = caches.flatMap((cache, id) =>
  operations.flatMap(([many, one], operation): [string, GeneralEvent][] => {
    const config = id | (operation << 8);
    return [
      [`${cache}-${many}`, { type: PERF_TYPE_HW_CACHE, config }],
      [`${cache}-${one}-misses`, { type: PERF_TYPE_HW_CACHE, config: config | (1 << 16) }],
    ];
  }),
);

const numbered = (type: number, names: readonly string[][]) =>
  names.flatMap((some, config) => some.map((name): [string, GeneralEvent] => [name, { type, config }]));

/** Events by the names that perf has for them. */
export const generalEvents: ReadonlyMap<string, GeneralEvent> = new Map([
  ...numbered(PERF_TYPE_HARDWARE, hardware),
  ...numbered(PERF_TYPE_SOFTWARE, software),
  ...cacheEvents,
]);
