// Two views of one memfd, as the strategy memfd has them. cc -O2 -shared -fPIC dual.c -o dual.so
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "mapbench.h"

struct views {
    size_t bytes;
    void *code, *view;
    int fd;
};

void *mapbench_open(size_t bytes)
{
    struct views *views = malloc(sizeof *views);
    if (views == NULL) return NULL;
    views->bytes = bytes;
    views->fd = memfd_create("dual", MFD_CLOEXEC);
    if (views->fd < 0 || ftruncate(views->fd, bytes) < 0) return NULL;
    views->code = mmap(NULL, bytes, PROT_READ | PROT_EXEC, MAP_SHARED, views->fd, 0);
    views->view = mmap(NULL, bytes, PROT_WRITE, MAP_SHARED, views->fd, 0);
    return views->code == MAP_FAILED || views->view == MAP_FAILED ? NULL : views;
}

void *mapbench_load(void *allocator, const struct mapbench_module *module)
{
    struct views *views = allocator;
    module->write(module, views->view, views->code);
    return views->code;
}

void mapbench_close(void *allocator)
{
    struct views *views = allocator;
    munmap(views->view, views->bytes);
    munmap(views->code, views->bytes);
    close(views->fd);
    free(views);
}
