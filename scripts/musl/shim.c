/*
 * What Debian's libstdc++ and libgcc, built for glibc, want of their C library and musl does not have. Debian has no libstdc++
 * for musl; with these the one for glibc can be loaded by musl's loader, well enough for a smoke test.
 */
#define _GNU_SOURCE
#include <locale.h>
#include <stdint.h>
#include <sys/random.h>
#include <time.h>

uint32_t arc4random(void) {
  uint32_t value = 0;
  getrandom(&value, sizeof value, 0);
  return value;
}

size_t __strftime_l(char *text, size_t size, const char *format, const struct tm *time, locale_t locale) {
  return strftime_l(text, size, format, time, locale);
}

/* Destructors of thread-local objects are not run. */
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *library) {
  return 0;
}

char __libc_single_threaded = 0;

/* libgcc then walks the program's headers itself. */
int _dl_find_object(void *address, void *result) {
  return -1;
}

int __cpu_indicator_init(void) {
  return 0;
}

struct {
  unsigned vendor, type, subtype, features[1];
} __cpu_model;
