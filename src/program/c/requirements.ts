/** The C functions by which a program ends where the kernel has not given what it requires. */
export function requirementFunctions(strategy: string, code: string): string {
  if (!code.includes('require_huge_pages(')) return '';
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
