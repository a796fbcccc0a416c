// What a shared object exports to be measured by mapbench: mapbench run -s ./alloc.so,rwx
// cc -O2 -shared -fPIC alloc.c -o alloc.so
#ifndef MAPBENCH_H
#define MAPBENCH_H

#include <stddef.h>

// A module that is to be loaded.
struct mapbench_module {
    size_t bytes; // a multiple of the page size
    // Writes the module's code to `to`, which can be written; `runs_at` is where it will run, or NULL where that is not
    // known yet. To be called once in each load.
    void (*write)(const struct mapbench_module *module, void *to, void *runs_at);
};

// Before the first load of modules of so many bytes. Returns anything but NULL, which is passed on, or NULL and errno.
void *mapbench_open(size_t bytes);

// Loads a module; the one loaded before is not run again. Returns where it runs, or NULL and errno.
void *mapbench_load(void *allocator, const struct mapbench_module *module);

// After the last load: everything is given back.
void mapbench_close(void *allocator);

#endif
