import { highHalf } from '../../workloads/content.ts';
import {
  embedderFunctions,
  type FunctionKind,
  functionBytes,
  functionTemplate,
} from '../../workloads/functions.ts';
import { planImage } from '../../workloads/image.ts';
import type { CodeKind } from '../../workloads/workload.ts';
import { faultHandlingOf, type Program } from '../ir.ts';
import { cacheMaintenance, type Form, type Written } from './shared.ts';

/** The finalizer of MurmurHash3. */
export const hashInC = `static uint32_t hash32(uint32_t h)
{
    h = (h ^ h >> 16) * 0x85ebca6b;
    h = (h ^ h >> 13) * 0xc2b2ae35;
    return h ^ h >> 16;
}

`;

const kinds: readonly FunctionKind[] = ['link', 'absolute', 'relative', 'leaf'];

/** The machine code of the kinds that an image has, for the architecture that compiles it. */
function templates(used: readonly FunctionKind[]): string {
  const of = (architecture: 'x64' | 'arm64') =>
    used
      .map((kind) => {
        const { code, constantAt, fixupAt = 0 } = functionTemplate(kind, architecture);
        return `    [${kind.toUpperCase()}] = { { ${[...code].join(', ')} }, ${constantAt}, ${fixupAt} },`;
      })
      .join('\n');
  return `// A function: f(x) = g((x ^ constant) * constant); g is another function, or nothing in a leaf.
enum kind { ${kinds.map((kind) => kind.toUpperCase()).join(', ')} };
static const struct template { unsigned char code[FUNCTION]; int constant_at, fixup_at; } templates[] = {
#if defined(__x86_64__)
${of('x64')}
#elif defined(__aarch64__)
${of('arm64')}
#else
#error "x86-64 and AArch64 only"
#endif
};
`;
}

/** The copy that the generated loop makes: 64 bytes a turn. */
const copyInC = `typedef long long vector __attribute__((vector_size(16), aligned(1), may_alias));

static inline __attribute__((unused)) void copy(unsigned char *to, const unsigned char *from, long length)
{
    for (long turns = length / 64; turns > 0; turns--, to += 64, from += 64) {
        const vector *source = (const vector *)from;
        vector a = source[0], b = source[1], c = source[2], d = source[3];
        vector *target = (vector *)to;
        target[0] = a, target[1] = b, target[2] = c, target[3] = d;
        __asm__ volatile("" ::: "memory"); // or compilers make it a call of memcpy
    }
}

`;

const relocation = `static struct fixup { uint32_t place, target; } absolute[FUNCTIONS], relative[FUNCTIONS], links[FUNCTIONS];
static long absolutes, relatives, linked;

#define EMBEDDER(n) static __attribute__((noinline)) uint64_t embedder##n(uint64_t x) { return x + n + 1; }
${Array.from({ length: embedderFunctions }, (_, n) => `EMBEDDER(${n})`).join(' ')}
static uint64_t (*const embedder[])(uint64_t) = { ${Array.from({ length: embedderFunctions }, (_, n) => `embedder${n}`).join(', ')} };

// Fixes up the image at \`module\`, which will run at \`runs_at\`.
static void relocate(unsigned char *module, unsigned char *runs_at)
{
    for (long i = 0; i < absolutes; i++)
        *(uint64_t *)(module + absolute[i].place) = (uint64_t)(runs_at + absolute[i].target);
    for (long i = 0; i < relatives; i++) {
        long distance = (runs_at + relative[i].target) - (runs_at + relative[i].place);
#if defined(__x86_64__)
        *(uint32_t *)(module + relative[i].place) = distance - 4;
#else
        *(uint32_t *)(module + relative[i].place) = 0x94000000 | (distance >> 2 & 0x3ffffff);
#endif
    }
    for (long i = 0; i < linked; i++)
        *(uint64_t *)(module + links[i].place) = (uint64_t)embedder[links[i].target];
}

`;

/** `write_module`, `pwrite_module` and `execute_module` of whole images of functions. */
export function imageFunctions(
  program: Program,
  code: Extract<CodeKind, { kind: 'image' }>,
  summary: string,
  { throughMapping, throughFile }: Written,
  { check, storage }: Form,
): string {
  const { module, icache, isLoaded } = program;
  const { pages, pageSize } = module;
  const { isRelocated, isChained = false } = code;
  const isComplete = isLoaded || faultHandlingOf(program) !== undefined;
  const plan = planImage(pages * pageSize, code);
  // What will not be written again needs its maintenance once.
  const once = isLoaded ? '    invalidate(runs_at, pages * PAGE_SIZE, 0);\n    end_invalidate();\n' : '';
  const used: readonly FunctionKind[] = isRelocated ? ['link', 'absolute', 'relative'] : ['leaf'];
  const relocate = (place: string) => (isRelocated ? `    relocate(${place}, runs_at);\n` : '');
  const write = `// Writes ${summary}.
static __attribute__((noinline)) void write_module(unsigned char *module, unsigned char *runs_at, uint64_t number)
{
${isRelocated ? '' : '    (void)runs_at;\n'}    copy(module, sources[number % SOURCES].image, pages * PAGE_SIZE);
${relocate('module')}    clean(module, pages * PAGE_SIZE, 0);
    end_clean();
${isLoaded ? `    if (runs_at == NULL) return;\n${once}` : ''}}

`;
  const image = isRelocated ? 'staging' : 'sources[number % SOURCES].image';
  const pwriteFile = `// Writes ${summary}, through a file.
static __attribute__((noinline)) int pwrite_module(int fd, off_t offset, unsigned char *runs_at, uint64_t number)
{
${isRelocated ? `    ${storage} unsigned char staging[FUNCTIONS * FUNCTION];\n    copy(staging, sources[number % SOURCES].image, pages * PAGE_SIZE);\n${relocate('staging')}` : ''}    if (pwrite(fd, ${image}, pages * PAGE_SIZE, offset) != pages * PAGE_SIZE) return -1;
    if (runs_at == NULL) return 0;
    clean(runs_at, pages * PAGE_SIZE, 0);
    end_clean();
${once}    return 0;
}

`;
  const kind = isRelocated ? '(enum kind[]){ LINK, ABSOLUTE, RELATIVE, LINK }[function % 4]' : 'LEAF';
  return `enum { FUNCTION = ${functionBytes}, FUNCTIONS = ${plan.functions}, SOURCES = ${plan.sources}, CALLS = ${plan.calls}, STRIDE = ${plan.stride} };

${templates(used)}
${hashInC}static struct { unsigned char *image; uint32_t first; uint64_t expected; } sources[SOURCES];

static enum kind kind_of(uint32_t function)
{
    ${isRelocated ? '' : '(void)function;\n    '}return ${kind};
}
${
  isRelocated
    ? `
static uint32_t target_of(uint32_t function)
{
    return hash32(function) % (FUNCTIONS / 4) * 4;
}
`
    : ''
}
static uint64_t constant_of(uint32_t source, uint32_t function)
{
    uint32_t n = source * FUNCTIONS + function;
    return (uint64_t)hash32(n ^ 0x${highHalf.toString(16)}) << 32 | hash32(n) | 1;
}

// What a function returns.
static uint64_t result_of(uint32_t source, uint32_t function, uint64_t x)
{
    uint64_t constant = constant_of(source, function);
    x = (x ^ constant) * constant;
    ${isRelocated ? `return kind_of(function) == LINK ? x + function % ${embedderFunctions} + 1 : result_of(source, target_of(function), x);` : 'return x;'}
}

${isRelocated ? relocation : ''}static void prepare_modules(void)
{
    for (uint32_t source = 0; source < SOURCES; source++) {
        unsigned char *image = malloc(FUNCTIONS * FUNCTION);
        if (image == NULL) fail(0, "malloc");
        for (uint32_t function = 0; function < FUNCTIONS; function++) {
            const struct template *template = &templates[kind_of(function)];
            unsigned char *code = memcpy(image + function * FUNCTION, template->code, FUNCTION);
            uint64_t constant = constant_of(source, function);
            memcpy(code + template->constant_at, &constant, sizeof constant);
        }
        uint32_t first = source % STRIDE;
        uint64_t x = 0;
        for (long call = 0; call < CALLS; call++) x = result_of(source, ${isChained ? '(x >> 32) * FUNCTIONS >> 32' : 'first + call * STRIDE'}, x);
        sources[source].image = image;
        sources[source].first = first * FUNCTION;
        sources[source].expected = x;
    }
${
  isRelocated
    ? `    for (uint32_t function = 0; function < FUNCTIONS; function++) {
        uint32_t place = function * FUNCTION + templates[kind_of(function)].fixup_at;
        uint32_t target = target_of(function) * FUNCTION;
        if (kind_of(function) == ABSOLUTE) absolute[absolutes++] = (struct fixup){ place, target };
        else if (kind_of(function) == RELATIVE) relative[relatives++] = (struct fixup){ place, target };
        else links[linked++] = (struct fixup){ place, function % ${embedderFunctions} };
    }
`
    : ''
}}

${check}${cacheMaintenance(icache)}${copyInC}${throughMapping ? write : ''}${throughFile ? pwriteFile : ''}// Calls functions, each with what the one before returned.
static __attribute__((noinline)) void execute_module(unsigned char *module, uint64_t number)
{
    keep_distance();
${isComplete ? '' : '    invalidate(module, pages * PAGE_SIZE, 0);\n    end_invalidate();\n'}    uint64_t x = 0;
${
  isChained
    ? `    for (long call = 0; call < CALLS; call++)
        x = ((uint64_t (*)(uint64_t))(module + ((x >> 32) * FUNCTIONS >> 32) * FUNCTION))(x);`
    : `    unsigned char *function = module + sources[number % SOURCES].first;
    for (long call = 0; call < CALLS; call++, function += STRIDE * FUNCTION)
        x = ((uint64_t (*)(uint64_t))function)(x);`
}
    check(x, sources[number % SOURCES].expected);
}
`;
}
