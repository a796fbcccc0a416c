import type { Architecture } from '../../system/syscalls.ts';
import { linkedCode, reachesLink } from '../../workloads/page-starts.ts';
import type { CodeTemplate } from '../../workloads/workload.ts';
import { faultHandlingOf, type Program } from '../ir.ts';
import { cacheMaintenance, type Form, type Written } from './shared.ts';

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

/** `write_links`: data, for code that stays. */
function linkFunction({ x64, arm64 }: Code, isNumbered: boolean): string {
  const store = (link: CodeTemplate) => `        *(${storeTypes[link.bytes]} *)page = ${wordInC(link)};`;
  return `// Writes what the code takes from its table.
static __attribute__((noinline)) void write_links(unsigned char *module${isNumbered ? ', uint64_t number' : ''})
{
    ${eachPage}
#if defined(__x86_64__)
${store(x64)}
#else
${store(arm64)}
#endif
}

`;
}

const outOfReach = `#if defined(__aarch64__)
#error "the links of so many pages are out of reach of their code on AArch64"
#endif

`;

/** A template of both architectures. */
const both = (make: (architecture: Architecture) => CodeTemplate): Code => ({
  x64: make('x64'),
  arm64: make('arm64'),
});

/** `write_module`, `pwrite_module`, `write_links` and `execute_module` of code at page starts. */
export function pageStartFunctions(
  template: Code,
  summary: string,
  written: Written,
  program: Program,
  { check }: Form,
): string {
  const { landingPads = false, linkDistance, icache } = program;
  const isNumbered = template.x64.stamp !== undefined;
  const isOutOfReach = linkDistance !== undefined && !reachesLink('arm64', linkDistance);
  const linked = (architecture: Architecture) =>
    linkedCode(template[architecture], isOutOfReach ? 'x64' : architecture, linkDistance ?? 0);
  const isLinked = linkDistance !== undefined;
  const code = isLinked ? both((architecture) => linked(architecture).code) : template;
  return [
    isOutOfReach ? outOfReach : '',
    isNumbered ? check : '',
    cacheMaintenance(icache),
    writeFunctions(code, summary, written, { landingPads, isNumbered }),
    isLinked
      ? linkFunction(
          both((architecture) => linked(architecture).link),
          isNumbered,
        )
      : '',
    executeFunction(template, {
      isNumbered,
      // What is not there cannot be invalidated: a handler of faults does it.
      isInvalidated: !isLinked && faultHandlingOf(program) === undefined,
    }),
  ].join('');
}

/** `write_module` and `pwrite_module` of code at page starts. */
function writeFunctions(
  { x64, arm64 }: Code,
  summary: string,
  { throughMapping, throughFile }: Written,
  { landingPads, isNumbered }: { readonly landingPads: boolean; readonly isNumbered: boolean },
): string {
  const number = isNumbered ? ', uint64_t number' : '';
  const runsAt = isNumbered ? ', unsigned char *runs_at' : '';
  // Code that stays is the same in every load.
  const same = isNumbered && x64.stamp === undefined ? '    (void)number;\n' : '';
  const unused = isNumbered ? `    (void)runs_at;\n${same}` : '';
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
#else
#error "x86-64 and AArch64 only"
#endif
    }
    clean(module, pages * PAGE_SIZE, PAGE_SIZE);
    end_clean();
}

`;
  const pwriteFile = `// Writes ${summary}, through a file.
static __attribute__((noinline)) int pwrite_module(int fd, off_t offset, unsigned char *runs_at${number})
{
${same}#if defined(__x86_64__)
    ${storeTypes[x64.bytes]} code = ${wordInC(x64)};
#else
    ${codeInC(arm64, landingPads)}
#endif
    for (long i = 0; i < pages; i++)
        if (pwrite(fd, &code, sizeof code, offset + i * PAGE_SIZE) != sizeof code) return -1;
    if (runs_at != NULL) clean(runs_at, pages * PAGE_SIZE, PAGE_SIZE);
    end_clean();
    return 0;
}

`;
  return `${throughMapping ? write : ''}${throughFile ? pwriteFile : ''}`;
}

/** `write_page` of code at page starts: what `write_module` writes into one of them. */
export function pageWriteFunction(
  { x64, arm64 }: Code,
  { landingPads = false }: Pick<Program, 'landingPads'>,
): string {
  const store = (code: CodeTemplate, before = 0) =>
    `*(${storeTypes[code.bytes]} *)(page${before > 0 ? ` + ${before}` : ''}) = ${wordInC(code)};`;
  const pad = landingPads ? `    *(uint32_t *)page = ${landingPad};\n` : '';
  return `static inline void write_page(unsigned char *page, long offset${x64.stamp === undefined ? '' : ', uint64_t number'})
{
    (void)offset;
#if defined(__x86_64__)
    ${store(x64)}
#else
${pad}    ${store(arm64, landingPads ? 4 : 0)}
#endif
    clean(page, PAGE_SIZE, PAGE_SIZE);
    end_clean();
}

`;
}

/** `execute_module` of code at page starts. */
function executeFunction(
  { x64, arm64 }: Code,
  { isNumbered, isInvalidated }: { readonly isNumbered: boolean; readonly isInvalidated: boolean },
): string {
  const number = isNumbered ? ', uint64_t number' : '';
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
  const invalidated = `    invalidate(module, pages * PAGE_SIZE, PAGE_SIZE);
    end_invalidate();
`;
  return `// Calls every page start once.
static __attribute__((noinline)) void execute_module(unsigned char *module${number})
{
    keep_distance();
${isInvalidated ? invalidated : ''}    ${eachPage}${isNumbered ? ' {' : ''}
${call}${isNumbered ? '    }\n' : ''}}
`;
}
