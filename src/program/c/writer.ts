import { type Program, writerFields } from '../step.ts';

/** The C functions of a program whose module another process writes; empty where it has none. */
export function writerFunctions({ setup }: Program, isNumbered: boolean): string {
  if (!setup.some(({ kind }) => kind === 'start_writer')) return '';
  const write = isNumbered
    ? 'write_module(view, runs_at, shared->counter)'
    : '(void)runs_at;\n        write_module(view)';
  return `// What the two processes share: futex words in cache lines of their own.
struct shared {
    _Alignas(${writerFields.done}) uint32_t asked;
    _Alignas(${writerFields.done}) uint32_t done;
    _Alignas(${writerFields.done}) uint64_t counter;
};

static int start_writer(int fd, long length, unsigned char *control, unsigned char *runs_at)
{
    volatile struct shared *shared = (volatile struct shared *)control;
    int writer = fork();
    if (writer != 0) return writer;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    unsigned char *view = mmap(NULL, length, PROT_WRITE, MAP_SHARED, fd, 0);
    if (view == MAP_FAILED) _exit(1);
    for (uint32_t done = 0;;) {
        uint32_t asked = shared->asked;
        if (asked == done) {
            futex(&shared->asked, FUTEX_WAIT, done);
            continue;
        }
        __sync_synchronize();
        ${write};
        __sync_synchronize();
        shared->done = done = asked;
        futex(&shared->done, FUTEX_WAKE, 1);
    }
}

static void ask_writer(unsigned char *control, uint64_t number)
{
    volatile struct shared *shared = (volatile struct shared *)control;
    shared->counter = number;
    __sync_synchronize();
    uint32_t asked = ++shared->asked;
    futex(&shared->asked, FUTEX_WAKE, 1);
    for (uint32_t done; (done = shared->done) != asked;)
        futex(&shared->done, FUTEX_WAIT, done);
}

`;
}
