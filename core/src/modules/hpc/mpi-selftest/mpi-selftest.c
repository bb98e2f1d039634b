/* Sends numbers around a ring of ranks and adds them up, and says whether they arrived right.
 *
 * With --gpu the numbers lie in the memory of NVIDIA GPUs, which needs an MPI that was built with CUDA. The driver's
 * library is loaded at run time, so that the same program runs on nodes without GPUs.
 */
#include <dlfcn.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef OPEN_MPI
#include <mpi-ext.h>
#endif

enum { NUMBERS = 1 << 20 }; /* 8 MiB: too much for one packet of any transport */

/* What a rank holds: in host memory, or on a GPU. */
struct buffer {
    double *host;
    unsigned long long device; /* 0: none */
};

/* The CUDA driver API, as far as it is needed; its names and types are fixed by NVIDIA. */
static struct {
    int (*init)(unsigned int);
    int (*count)(int *);
    int (*get)(int *, int);
    int (*name)(char *, int, int);
    int (*retain)(void **, int);
    int (*set)(void *);
    int (*alloc)(unsigned long long *, size_t);
    int (*free)(unsigned long long);
    int (*to_device)(unsigned long long, const void *, size_t);
    int (*to_host)(void *, unsigned long long, size_t);
} cuda;

static int rank, ranks;

static void fail(const char *what, const char *why) {
    fprintf(stderr, "mpi-selftest: rank %d: %s: %s\n", rank, what, why);
    MPI_Abort(MPI_COMM_WORLD, 1);
    exit(1);
}

static void check_cuda(const char *what, int result) {
    if (result != 0) {
        char why[40];
        snprintf(why, sizeof why, "CUDA error %d", result);
        fail(what, why);
    }
}

static void *symbol(void *library, const char *name) {
    void *found = dlsym(library, name);
    if (found == NULL)
        fail("libcuda.so.1 lacks a function", name);
    return found;
}

/* Opens the GPU of this rank: the ranks of a node take its GPUs in turn. */
static void open_gpu(char *name, int length) {
#if defined(OPEN_MPI) && defined(MPIX_CUDA_AWARE_SUPPORT)
    if (!MPIX_Query_cuda_support())
        fail("MPI", "it was built without CUDA; set hpcConfig.cudaAwareMPI");
#else
    fail("MPI", "only Open MPI with CUDA can send GPU memory");
#endif
    void *library = dlopen("libcuda.so.1", RTLD_NOW);
    if (library == NULL)
        library = dlopen("/run/opengl-driver/lib/libcuda.so.1", RTLD_NOW);
    if (library == NULL)
        fail("the NVIDIA driver", dlerror());
    *(void **)&cuda.init = symbol(library, "cuInit");
    *(void **)&cuda.count = symbol(library, "cuDeviceGetCount");
    *(void **)&cuda.get = symbol(library, "cuDeviceGet");
    *(void **)&cuda.name = symbol(library, "cuDeviceGetName");
    *(void **)&cuda.retain = symbol(library, "cuDevicePrimaryCtxRetain");
    *(void **)&cuda.set = symbol(library, "cuCtxSetCurrent");
    *(void **)&cuda.alloc = symbol(library, "cuMemAlloc_v2");
    *(void **)&cuda.free = symbol(library, "cuMemFree_v2");
    *(void **)&cuda.to_device = symbol(library, "cuMemcpyHtoD_v2");
    *(void **)&cuda.to_host = symbol(library, "cuMemcpyDtoH_v2");

    MPI_Comm here;
    int place, gpus, device;
    void *context;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &here);
    MPI_Comm_rank(here, &place);
    MPI_Comm_free(&here);
    check_cuda("cuInit", cuda.init(0));
    check_cuda("cuDeviceGetCount", cuda.count(&gpus));
    if (gpus == 0)
        fail("GPUs", "this rank sees none; ask for them, with Slurm by --gpus-per-node=1");
    check_cuda("cuDeviceGet", cuda.get(&device, place % gpus));
    check_cuda("cuDeviceGetName", cuda.name(name, length, device));
    check_cuda("cuDevicePrimaryCtxRetain", cuda.retain(&context, device));
    check_cuda("cuCtxSetCurrent", cuda.set(context));
}

static struct buffer make(int on_gpu) {
    struct buffer buffer = {calloc(NUMBERS, sizeof(double)), 0};
    if (buffer.host == NULL)
        fail("memory", "there is not enough");
    if (on_gpu)
        check_cuda("cuMemAlloc", cuda.alloc(&buffer.device, NUMBERS * sizeof(double)));
    return buffer;
}

static void drop(struct buffer buffer) {
    free(buffer.host);
    if (buffer.device)
        check_cuda("cuMemFree", cuda.free(buffer.device));
}

/* What MPI is given. */
static void *place_of(const struct buffer *buffer) {
    return buffer->device ? (void *)(size_t)buffer->device : (void *)buffer->host;
}

static void fill(struct buffer *buffer, int seed) {
    for (int i = 0; i < NUMBERS; i++)
        buffer->host[i] = seed + i % 1000;
    if (buffer->device)
        check_cuda("cuMemcpyHtoD", cuda.to_device(buffer->device, buffer->host, NUMBERS * sizeof(double)));
}

/* Whether the buffer holds what `fill` puts there, `times` times. */
static int holds(struct buffer *buffer, double seed, int times) {
    if (buffer->device)
        check_cuda("cuMemcpyDtoH", cuda.to_host(buffer->host, buffer->device, NUMBERS * sizeof(double)));
    for (int i = 0; i < NUMBERS; i++)
        if (buffer->host[i] != seed + times * (double)(i % 1000))
            return 0;
    return 1;
}

int main(int argc, char **argv) {
    int on_gpu = argc > 1 && strcmp(argv[1], "--gpu") == 0;
    char name[MPI_MAX_PROCESSOR_NAME], gpu[100] = "";
    int length;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_Get_processor_name(name, &length);
    if (on_gpu)
        open_gpu(gpu, sizeof gpu);
    printf("rank %d of %d on %s%s%s\n", rank, ranks, name, on_gpu ? ", GPU " : "", gpu);
    // Where srun and MPI speak no common language, each rank takes itself for the only one, and all would be well.
    const char *started = getenv("SLURM_STEP_NUM_TASKS");
    if (ranks == 1 && started && atoi(started) > 1) {
        fprintf(stderr, "mpi-selftest: srun started %s ranks that know nothing of each other: MpiDefault in slurm.conf does not "
                        "fit this MPI\n", started);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }

    struct buffer sent = make(on_gpu), received = make(on_gpu);
    int next = (rank + 1) % ranks, previous = (rank + ranks - 1) % ranks;
    fill(&sent, rank);
    double start = MPI_Wtime();
    MPI_Sendrecv(place_of(&sent), NUMBERS, MPI_DOUBLE, next, 0, place_of(&received), NUMBERS, MPI_DOUBLE, previous, 0,
                 MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    double taken = MPI_Wtime() - start;
    int right = holds(&received, previous, 1);
    if (!right)
        fprintf(stderr, "mpi-selftest: rank %d: what rank %d sent arrived wrong\n", rank, previous);

    MPI_Allreduce(place_of(&sent), place_of(&received), NUMBERS, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    if (!holds(&received, ranks * (ranks - 1) / 2.0, ranks)) {
        fprintf(stderr, "mpi-selftest: rank %d: the sum over all ranks is wrong\n", rank);
        right = 0;
    }

    int all_right;
    double slowest;
    MPI_Allreduce(&right, &all_right, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    MPI_Reduce(&taken, &slowest, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    if (rank == 0)
        printf("%s: %d ranks, ring of 8 MiB each in %.1f ms%s\n", all_right ? "PASSED" : "FAILED", ranks,
               1000 * slowest, on_gpu ? ", from GPU to GPU" : "");
    drop(sent);
    drop(received);
    MPI_Finalize();
    return all_right ? 0 : 1;
}
