import type { Workload } from '../../workloads/workload.ts';
import { faultHandlingOf, handlerFields, type Program } from '../ir.ts';
import { pageWriteFunction } from './page-starts.ts';
import type { Form } from './shared.ts';

const copyPage = `static inline void write_page(unsigned char *page, long offset, uint64_t number)
{
    copy(page, sources[number % SOURCES].image + offset, PAGE_SIZE);
    clean(page, PAGE_SIZE, 0);
    end_clean();
}

`;

/** The C functions of a program whose pages are loaded by their first call; empty for others. */
export function faultHandlerFunctions(
  program: Program,
  { code }: Workload,
  isNumbered: boolean,
  { storage }: Form,
): string {
  if (faultHandlingOf(program) === undefined) return '';
  const write = code.kind === 'page starts' ? pageWriteFunction(code.code, program) : copyPage;
  const number = isNumbered ? `${storage} uint64_t handled_number;\n` : '';
  const step = code.kind === 'page starts' ? 'PAGE_SIZE' : '0';
  return `// What is loaded when it is called, and who handled faults before.
${storage} unsigned char *handled_code;
${storage} long handled_length;
${storage} struct sigaction *action_before;
${number}
${write}// A page is made elsewhere, and moved over its place in one step.
static void handle_fault(int signal, siginfo_t *info, void *interrupted)
{
    (void)interrupted;
    unsigned char *page = (unsigned char *)((uintptr_t)info->si_addr & -(uintptr_t)PAGE_SIZE);
    if (page < handled_code || page >= handled_code + handled_length) {
        // Met once more, it is the business of who was there before.
        sigaction(signal, action_before, NULL);
        if (info->si_code <= 0) raise(signal);
        return;
    }
    unsigned char *staged = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (staged == MAP_FAILED) fail(0, "mmap of a page");
    write_page(staged, page - handled_code${isNumbered ? ', handled_number' : ''});
    if (mprotect(staged, PAGE_SIZE, PROT_READ | PROT_EXEC) < 0) fail(0, "mprotect of a page");
    if (mremap(staged, PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, page) == MAP_FAILED)
        fail(0, "mremap of a page");
    invalidate(page, PAGE_SIZE, ${step});
    end_invalidate();
}

// Returns where it keeps what was there before; NULL where the kernel refuses.
static unsigned char *handle_faults(unsigned char *code, long length, unsigned char *stack, long stack_length)
{
    stack_t own = { .ss_sp = stack, .ss_size = stack_length };
    struct sigaction action = { .sa_sigaction = handle_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    // All of them, also that by which the C library cancels a thread: not on this stack.
    memset(&action.sa_mask, 0xff, sizeof action.sa_mask);
    handled_code = code;
    handled_length = length;
    action_before = (struct sigaction *)(stack + ${handlerFields.actionBefore});
    if (sigaltstack(&own, (stack_t *)(stack + ${handlerFields.stackBefore})) < 0) return NULL;
    return sigaction(SIGSEGV, &action, action_before) < 0 ? NULL : stack + ${handlerFields.stackBefore};
}

`;
}
