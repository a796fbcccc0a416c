/** The C functions by which a program ends where the kernel has not given what it requires. */
export function requirementFunctions(strategy: string, code: string): string {
  return [
    code.includes('require_huge_pages(') ? hugePages(strategy) : '',
    code.includes('require_guard_region(') ? guardRegion(strategy) : '',
    code.includes('require_instruction(') ? instruction(strategy) : '',
  ].join('');
}

const instruction = (strategy: string) => `static void require_instruction(const char *name, int step)
{
#if defined(__x86_64__)
    char line[8192];
    FILE *cpuinfo = fopen("/proc/cpuinfo", "r");
    while (cpuinfo != NULL && fgets(line, sizeof line, cpuinfo) != NULL)
        if (strncmp(line, "flags", 5) == 0)
            for (char *flag = strtok(line, " \\n"); flag != NULL; flag = strtok(NULL, " \\n"))
                if (strcmp(flag, name) == 0) {
                    fclose(cpuinfo);
                    return;
                }
#endif
    fprintf(stderr, "${strategy}: this processor has no %s in step %d\\n", name, step);
    exit(1);
}

`;

const guardRegion = (
  strategy: string,
) => `static void require_guard_region(const unsigned char *place, long length, const char *name, int step)
{
    long page = sysconf(_SC_PAGESIZE), guards = 0;
    uint64_t word;
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    for (long offset = 0; offset < length; offset += page)
        if (pread(pagemap, &word, sizeof word, ((uintptr_t)place + offset) / page * sizeof word) == sizeof word)
            guards += word >> 58 & 1;
    if (pagemap >= 0) close(pagemap);
    if (guards * page >= length) return;
    fprintf(stderr, "${strategy}: %s is no guard region in step %d\\n", name, step);
    exit(1);
}

`;

function hugePages(strategy: string): string {
  return `// The kernel takes MADV_HUGEPAGE, and says nothing where it gives small pages.
static void require_huge_pages(const unsigned char *place, long length, const char *name, int step)
{
    uintptr_t begin = (uintptr_t)place, start, end;
    long bytes = 0, kilobytes;
    int is_inside = 0;
    char line[1024];
    FILE *smaps = fopen("/proc/self/smaps", "r");
    while (smaps != NULL && fgets(line, sizeof line, smaps) != NULL) {
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &start, &end) == 2)
            is_inside = start < begin + length && end > begin;
        else if (is_inside
                 && (sscanf(line, "AnonHugePages: %ld", &kilobytes) == 1
                     || sscanf(line, "ShmemPmdMapped: %ld", &kilobytes) == 1
                     || sscanf(line, "FilePmdMapped: %ld", &kilobytes) == 1))
            bytes += kilobytes * 1024;
    }
    if (smaps != NULL) fclose(smaps);
    if (bytes >= length) return;
    fprintf(stderr, "${strategy}: the kernel gave %s small pages in step %d\\n", name, step);
    exit(1);
}

`;
}
