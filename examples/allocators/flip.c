// One mapping that is written, then run, never both, as the strategy reuse has it. cc -O2 -shared -fPIC flip.c -o flip.so
#include <stdlib.h>
#include <sys/mman.h>
#include "mapbench.h"

struct region {
    size_t bytes;
    void *code;
};

void *mapbench_open(size_t bytes)
{
    struct region *region = malloc(sizeof *region);
    if (region == NULL) return NULL;
    region->bytes = bytes;
    region->code = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return region->code == MAP_FAILED ? NULL : region;
}

void *mapbench_load(void *allocator, const struct mapbench_module *module)
{
    struct region *region = allocator;
    if (mprotect(region->code, region->bytes, PROT_READ | PROT_WRITE) < 0) return NULL;
    module->write(module, region->code, region->code);
    return mprotect(region->code, region->bytes, PROT_READ | PROT_EXEC) < 0 ? NULL : region->code;
}

void mapbench_close(void *allocator)
{
    struct region *region = allocator;
    munmap(region->code, region->bytes);
    free(region);
}
