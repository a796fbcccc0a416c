import { stampCode } from '../../workloads/page-starts.ts';
import { patchSites, siteUnit } from '../../workloads/patch.ts';
import type { Workload } from '../../workloads/workload.ts';
import type { Program, Step } from '../ir.ts';
import { flushFunction } from './flush.ts';
import { hashInC, imageFunctions } from './image.ts';
import { pageStartFunctions } from './page-starts.ts';
import { cacheMaintenance, type Form, type Written } from './shared.ts';

/** `write_module`, `pwrite_module` and `execute_module` of scattered patches. */
function patchFunctions(
  { module: { pages, pageSize }, icache }: Program,
  count: number,
  summary: string,
  { throughMapping, throughFile }: Written,
  { check }: Form,
): string {
  const { x64, arm64 } = stampCode;
  const code = (bits: bigint) => `0x${bits.toString(16)}ull`;
  const write = `// Writes ${summary}.
static __attribute__((noinline)) void write_module(unsigned char *module, unsigned char *runs_at, uint64_t number)
{
    (void)runs_at;
    for (long i = 0; i < PATCHES; i++) {
        unsigned char *place = module + sites[(number * PATCHES + i) % SITES];
        *(uint64_t *)place = CODE(number);
        clean(place, 8, 8);
    }
    end_clean();
}

`;
  const pwriteFile = `// Writes ${summary}, through a file.
static __attribute__((noinline)) int pwrite_module(int fd, off_t offset, unsigned char *runs_at, uint64_t number)
{
    uint64_t code = CODE(number);
    for (long i = 0; i < PATCHES; i++) {
        uint32_t site = sites[(number * PATCHES + i) % SITES];
        if (pwrite(fd, &code, 8, offset + site) != 8) return -1;
        if (runs_at != NULL) clean(runs_at + site, 8, 8);
    }
    end_clean();
    return 0;
}

`;
  return `enum { PATCHES = ${count}, SITES = ${patchSites} };

// Code that returns the low bits of a number, in 8 bytes.
#if defined(__x86_64__)
enum { RETURNED = 0xffffffff };
#define CODE(number) (${code(x64.bits)} | ((number) & 0xffffffff) << ${x64.stamp?.at})
#else
enum { RETURNED = 0xffff };
#define CODE(number) (${code(arm64.bits)} | ((number) & 0xffff) << ${arm64.stamp?.at})
#endif

${hashInC}static uint32_t sites[SITES];

static void prepare_modules(void)
{
    for (uint32_t site = 0; site < SITES; site++)
        sites[site] = hash32(site) % (${(pages * pageSize) / siteUnit}) * ${siteUnit};
}

${check}${cacheMaintenance(icache)}${throughMapping ? write : ''}${throughFile ? pwriteFile : ''}// Calls the place that was written last.
static __attribute__((noinline)) void execute_module(unsigned char *module, uint64_t number)
{
    keep_distance();
    unsigned char *place = module + sites[(number * PATCHES + PATCHES - 1) % SITES];
${
  icache === 'single'
    ? '    invalidate(module, 8, 8);'
    : `    for (long i = 0; i < PATCHES; i++)
        invalidate(module + sites[(number * PATCHES + i) % SITES], 8, 8);`
}
    end_invalidate();
    check(((uint32_t (*)(void))place)(), number & RETURNED);
}
`.replaceAll('enum { RETURNED = 0xffffffff };', '#define RETURNED 0xffffffffu');
}

/** The C functions that write and run a workload's module. */
export function moduleFunctions(program: Program, workload: Workload, form: Form): string {
  const steps: readonly Step[] = [...program.setup, ...program.iteration];
  const writes = steps.flatMap((step) => (step.kind === 'write_module' ? [step.into.kind] : []));
  const written: Written = {
    throughMapping:
      writes.some((kind) => kind !== 'file') || steps.some(({ kind }) => kind === 'start_writer'),
    throughFile: writes.includes('file'),
  };
  const { code } = workload;
  const functions =
    code.kind === 'page starts'
      ? pageStartFunctions(code.code, workload.summary, written, program, form)
      : code.kind === 'image'
        ? imageFunctions(program, code, workload.summary, written, form)
        : patchFunctions(program, code.count, workload.summary, written, form);
  const isNumbered = code.kind !== 'page starts' || code.code.x64.stamp !== undefined;
  return `${functions}\n${flushFunction(steps, workload, isNumbered)}`;
}
