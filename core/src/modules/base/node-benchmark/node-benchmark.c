/* node-benchmark memory MIB SECONDS: STREAM's triad on all cores, over three arrays of MIB together; prints MB/s.
 * node-benchmark cpu SECONDS: products of matrices on all cores; prints Gflop/s. What a core computes must be the same each
 * time and on every core: where it is not, the exit code is 3.
 * Other failures: exit code 2. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The compiler builds the loops for several processors, and the program takes those of the one that it runs on. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx512f", "arch=haswell", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

#define SIZE 192

struct worker {
    pthread_t thread;
    int core;
    size_t length;
    double rounds;
    double seconds;
    double result;
};

static pthread_barrier_t together;
static double wanted;
static int measures_memory;
static atomic_int failed;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

FOR_EACH_PROCESSOR static void triad(double *restrict a, const double *restrict b, const double *restrict c, size_t length)
{
    for (size_t i = 0; i < length; i++)
        a[i] = b[i] + 3.0 * c[i];
}

FOR_EACH_PROCESSOR static void product(double *restrict c, const double *restrict a, const double *restrict b)
{
    for (size_t row = 0; row < SIZE; row++)
        for (size_t inner = 0; inner < SIZE; inner += 4) {
            const double *x = a + row * SIZE + inner, *y = b + inner * SIZE;
            for (size_t column = 0; column < SIZE; column++)
                c[row * SIZE + column] += x[0] * y[column] + x[1] * y[SIZE + column] + x[2] * y[2 * SIZE + column]
                    + x[3] * y[3 * SIZE + column];
        }
}

static double *array(size_t length)
{
    double *found = aligned_alloc(64, (length * sizeof(double) + 63) / 64 * 64);
    if (found == NULL)
        failed = 2;
    return found;
}

/* Each core writes its part first, so that the kernel takes it from that socket's memory. */
static void memory(struct worker *self)
{
    double *a = array(self->length), *b = array(self->length), *c = array(self->length);
    if (!failed)
        for (size_t i = 0; i < self->length; i++) {
            a[i] = 0.0;
            b[i] = 1.0;
            c[i] = 2.0;
        }
    pthread_barrier_wait(&together);
    if (!failed) {
        double start = now();
        do {
            triad(a, b, c, self->length);
            self->rounds++;
            self->seconds = now() - start;
        } while (self->seconds < wanted);
        for (size_t i = 0; i < self->length; i++)
            if (a[i] != 7.0)
                failed = 3;
    }
    free(a);
    free(b);
    free(c);
}

static void cpu(struct worker *self)
{
    double *a = array(SIZE * SIZE), *b = array(SIZE * SIZE), *c = array(SIZE * SIZE);
    if (!failed)
        for (size_t i = 0; i < SIZE * SIZE; i++) {
            a[i] = (double)(i * 7 % 1013) / 1013.0;
            b[i] = (double)(i * 11 % 1019) / 1019.0;
        }
    pthread_barrier_wait(&together);
    if (!failed) {
        double start = now();
        do {
            memset(c, 0, SIZE * SIZE * sizeof(double));
            product(c, a, b);
            double sum = 0.0;
            for (size_t i = 0; i < SIZE * SIZE; i++)
                sum += c[i];
            if (self->rounds > 0 && sum != self->result)
                failed = 3;
            self->result = sum;
            self->rounds++;
            self->seconds = now() - start;
        } while (self->seconds < wanted);
    }
    free(a);
    free(b);
    free(c);
}

static void *run(void *argument)
{
    struct worker *self = argument;
    cpu_set_t *set = CPU_ALLOC(self->core + 1);
    if (set != NULL) {
        CPU_ZERO_S(CPU_ALLOC_SIZE(self->core + 1), set);
        CPU_SET_S(self->core, CPU_ALLOC_SIZE(self->core + 1), set);
        pthread_setaffinity_np(pthread_self(), CPU_ALLOC_SIZE(self->core + 1), set);
        CPU_FREE(set);
    }
    if (measures_memory)
        memory(self);
    else
        cpu(self);
    return NULL;
}

static int complain(const char *what)
{
    fprintf(stderr, "node-benchmark: %s\n", what);
    return 2;
}

int main(int argc, char **argv)
{
    measures_memory = argc == 4 && strcmp(argv[1], "memory") == 0;
    if (!measures_memory && !(argc == 3 && strcmp(argv[1], "cpu") == 0))
        return complain("usage: node-benchmark memory MIB SECONDS | node-benchmark cpu SECONDS");
    wanted = strtod(argv[argc - 1], NULL);
    long mebibytes = measures_memory ? strtol(argv[2], NULL, 10) : 1;
    if (!(wanted > 0) || mebibytes < 1)
        return complain("sizes and times are numbers above 0");

    /* The cores that this process may use, however many the machine has. */
    int highest = 65536, count = 0;
    cpu_set_t *allowed = CPU_ALLOC(highest);
    size_t bytes = CPU_ALLOC_SIZE(highest);
    if (allowed == NULL || sched_getaffinity(0, bytes, allowed) != 0)
        return complain(strerror(errno));
    int cores = CPU_COUNT_S(bytes, allowed);
    struct worker *workers = calloc((size_t)cores, sizeof *workers);
    if (workers == NULL)
        return complain(strerror(errno));
    pthread_barrier_init(&together, NULL, (unsigned)cores);
    for (int core = 0; core < highest && count < cores; core++)
        if (CPU_ISSET_S(core, bytes, allowed)) {
            workers[count].core = core;
            workers[count].length = (size_t)mebibytes * 1048576 / sizeof(double) / 3 / (size_t)cores;
            int problem = pthread_create(&workers[count].thread, NULL, run, &workers[count]);
            /* Those that started wait for all of them. */
            if (problem != 0)
                return complain(strerror(problem));
            count++;
        }
    double rate = 0.0;
    for (int i = 0; i < count; i++) {
        pthread_join(workers[i].thread, NULL);
        if (workers[i].result != workers[0].result)
            failed = 3;
        if (workers[i].seconds > 0) {
            double work = measures_memory ? 24.0 * (double)workers[i].length : 2.0 * SIZE * SIZE * SIZE;
            rate += workers[i].rounds * work / workers[i].seconds;
        }
    }
    if (failed == 2)
        return complain("there is not enough memory");
    if (failed == 3) {
        fprintf(stderr, "node-benchmark: a core computed wrong, or memory changed\n");
        return 3;
    }
    printf("%.1f\n", rate / (measures_memory ? 1e6 : 1e9));
    return 0;
}
