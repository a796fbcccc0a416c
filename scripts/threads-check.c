/*
 * reuse on several threads, without mapbench, to check docs/threads.md with: cc -O2 -pthread scripts/threads-check.c && ./a.out 1 && ./a.out 2
 * Each thread on a CPU of its own, with a region of its own of 4 pages between two guards; x86-64.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

enum { page = 4096, pages = 4, most_threads = 64 };

static volatile int may_start;
static double rates[most_threads];

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static void *load(void *argument)
{
    long thread = (long)argument;
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(thread, &cpus);
    sched_setaffinity(0, sizeof cpus, &cpus);
    char *code = (char *)mmap(NULL, (pages + 2) * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + page;
    while (!may_start)
        ;
    double start = now();
    long loads = 0;
    while (now() - start < 0.3)
        for (int turn = 0; turn < 20; turn++, loads++) {
            mprotect(code, pages * page, PROT_READ | PROT_WRITE);
            for (int i = 0; i < pages; i++)
                code[i * page] = (char)0xc3;
            mprotect(code, pages * page, PROT_READ | PROT_EXEC);
            for (int i = 0; i < pages; i++)
                ((void (*)(void))(code + i * page))();
        }
    rates[thread] = loads / (now() - start);
    return NULL;
}

int main(int count, char **words)
{
    int threads = count > 1 ? atoi(words[1]) : 1;
    if (threads < 1 || threads > most_threads)
        return 2;
    pthread_t ids[most_threads];
    for (long i = 0; i < threads; i++)
        pthread_create(&ids[i], NULL, load, (void *)i);
    may_start = 1;
    double sum = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        sum += rates[i];
    }
    printf("%d threads: %.0f loads/s\n", threads, sum);
    return 0;
}
