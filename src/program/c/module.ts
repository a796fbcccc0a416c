import type { Architecture } from '../../system/syscalls.ts';
import { stampCode } from '../../workloads/page-starts.ts';
import { patchSites, siteUnit } from '../../workloads/patch.ts';
import type { CodeTemplate, Workload } from '../../workloads/workload.ts';
import type { ModuleSize, Program, Step } from '../ir.ts';
import { hashInC, imageFunctions } from './image.ts';
import { cacheMaintenance, checked, type Written } from './shared.ts';

type Code = Readonly<Record<Architecture, CodeTemplate>>;

/** The C types in which a template is stored. */
const storeTypes = { 1: 'uint8_t', 4: 'uint32_t', 8: 'uint64_t' } as const;

/** A load's word of code. */
function wordInC({ bits, bytes, stamp }: CodeTemplate): string {
  const constant = `0x${bits.toString(16)}`;
  if (stamp === undefined) return constant;
  const unsigned = `${constant}u${bytes === 8 ? 'll' : ''}`;
  return `${unsigned} | (number & 0x${(2 ** stamp.width - 1).toString(16)}) << ${stamp.at}`;
}

/** Compiled, it is the loop that mapbench generates: what `rwx` and dual maps cost depends on it (docs/accuracy.md). */
const eachPage =
  'for (unsigned char *page = module, *end = module + pages * PAGE_SIZE; page != end; page += PAGE_SIZE)';

/** `bti c`, on which indirect calls land where PROT_BTI is on. */
const landingPad = '0xd503245f';

/** A variable with the code of a load. */
function codeInC(template: CodeTemplate, landingPads: boolean): string {
  const type = storeTypes[template.bytes];
  if (!landingPads) return `${type} code = ${wordInC(template)};`;
  return `struct __attribute__((packed)) { uint32_t pad; ${type} word; } code = { ${landingPad}, ${wordInC(template)} };`;
}

/** `write_module`, `pwrite_module` and `execute_module` of code at page starts. */
function pageStartFunctions(
  { x64, arm64 }: Code,
  summary: string,
  { throughMapping, throughFile }: Written,
  landingPads: boolean,
): string {
  const isNumbered = x64.stamp !== undefined;
  const number = isNumbered ? ', uint64_t number' : '';
  const runsAt = isNumbered ? ', unsigned char *runs_at' : '';
  const unused = isNumbered ? '    (void)runs_at;\n' : '';
  const store = (code: CodeTemplate, before = 0) =>
    `*(${storeTypes[code.bytes]} *)(page${before > 0 ? ` + ${before}` : ''}) = ${wordInC(code)}`;
  const pad = landingPads ? `        *(uint32_t *)page = ${landingPad};\n` : '';
  const write = `// Writes ${summary}.
static __attribute__((noinline)) void write_module(unsigned char *module${runsAt}${number})
{
${unused}    ${eachPage} {
#if defined(__x86_64__)
        ${store(x64)};
#elif defined(__aarch64__)
${pad}        ${store(arm64, landingPads ? 4 : 0)};
        __asm__ volatile("dc cvau, %0" : : "r"(page) : "memory");
#else
#error "x86-64 and AArch64 only"
#endif
    }
#if defined(__aarch64__)
    __asm__ volatile("dsb ish" : : : "memory");
#endif
}

`;
  const pwriteFile = `// Writes ${summary}, through a file.
static __attribute__((noinline)) int pwrite_module(int fd, off_t offset, unsigned char *runs_at${number})
{
#if defined(__x86_64__)
    ${storeTypes[x64.bytes]} code = ${wordInC(x64)};
    (void)runs_at;
#else
    ${codeInC(arm64, landingPads)}
#endif
    for (long i = 0; i < pages; i++) {
        if (pwrite(fd, &code, sizeof code, offset + i * PAGE_SIZE) != sizeof code) return -1;
#if defined(__aarch64__)
        if (runs_at != NULL) __asm__ volatile("dc cvau, %0" : : "r"(runs_at + i * PAGE_SIZE) : "memory");
#endif
    }
#if defined(__aarch64__)
    __asm__ volatile("dsb ish" : : : "memory");
#endif
    return 0;
}

`;
  const expected = `0x${(2 ** (x64.stamp?.width ?? 0) - 1).toString(16)}`;
  const expectedArm = `0x${(2 ** (arm64.stamp?.width ?? 0) - 1).toString(16)}`;
  const call = isNumbered
    ? `#if defined(__x86_64__)
        check(((uint32_t (*)(void))page)(), number & ${expected});
#else
        check(((uint32_t (*)(void))page)(), number & ${expectedArm});
#endif
`
    : '        ((void (*)(void))page)();\n';
  const execute = `// Calls every page start once.
static __attribute__((noinline)) void execute_module(unsigned char *module${number})
{
    keep_distance();
#if defined(__aarch64__)
    ${eachPage}
        __asm__ volatile("ic ivau, %0" : : "r"(page) : "memory");
    __asm__ volatile("dsb ish\\n\\tisb" : : : "memory");
#endif
    ${eachPage}${isNumbered ? ' {' : ''}
${call}${isNumbered ? '    }\n' : ''}}
`;
  return `${isNumbered ? checked : ''}${throughMapping ? write : ''}${throughFile ? pwriteFile : ''}${execute}`;
}

/** `write_module`, `pwrite_module` and `execute_module` of scattered patches. */
function patchFunctions(
  { pages, pageSize }: ModuleSize,
  count: number,
  summary: string,
  { throughMapping, throughFile }: Written,
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
        clean(place, 8);
    }
}

`;
  const pwriteFile = `// Writes ${summary}, through a file.
static __attribute__((noinline)) int pwrite_module(int fd, off_t offset, unsigned char *runs_at, uint64_t number)
{
    uint64_t code = CODE(number);
    for (long i = 0; i < PATCHES; i++) {
        uint32_t site = sites[(number * PATCHES + i) % SITES];
        if (pwrite(fd, &code, 8, offset + site) != 8) return -1;
        if (runs_at != NULL) clean(runs_at + site, 8);
    }
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

${checked}${cacheMaintenance}${throughMapping ? write : ''}${throughFile ? pwriteFile : ''}// Calls the place that was written last.
static __attribute__((noinline)) void execute_module(unsigned char *module, uint64_t number)
{
    keep_distance();
    unsigned char *place = module + sites[(number * PATCHES + PATCHES - 1) % SITES];
    for (long i = 0; i < PATCHES; i++)
        invalidate(module + sites[(number * PATCHES + i) % SITES], 8);
    check(((uint32_t (*)(void))place)(), number & RETURNED);
}
`.replaceAll('enum { RETURNED = 0xffffffff };', '#define RETURNED 0xffffffffu');
}

/** The C functions that write and run a workload's module. */
export function moduleFunctions(program: Program, workload: Workload): string {
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
      ? pageStartFunctions(code.code, workload.summary, written, program.landingPads ?? false)
      : code.kind === 'image'
        ? imageFunctions(program.module, code, workload.summary, written)
        : patchFunctions(program.module, code.count, workload.summary, written);
  return `${functions}\n`;
}
