/* Stands in for NVIDIA's libcuda.so.1, as far as mpi-selftest uses it: one GPU, whose memory is the machine's own. */
#include <stdlib.h>
#include <string.h>

typedef unsigned long long address;

/* An MPI with CUDA says so by this function. */
int MPIX_Query_cuda_support(void) { return 1; }

int cuInit(unsigned int flags) { return flags != 0; }
int cuDeviceGetCount(int *count) { return (*count = 1) != 1; }
int cuDeviceGet(int *device, int ordinal) { return (*device = ordinal) != 0; }
int cuDeviceGetName(char *name, int length, int device) { return strncpy(name, "stand-in", length) != name || device; }
int cuDevicePrimaryCtxRetain(void **context, int device) { return (*context = &cuInit) != &cuInit || device; }
int cuCtxSetCurrent(void *context) { return context != &cuInit; }
int cuMemAlloc_v2(address *memory, size_t bytes) { return (*memory = (address)malloc(bytes)) == 0; }
int cuMemFree_v2(address memory) { return free((void *)memory), 0; }
int cuMemcpyHtoD_v2(address to, const void *from, size_t bytes) { return memcpy((void *)to, from, bytes) == NULL; }
int cuMemcpyDtoH_v2(void *to, address from, size_t bytes) { return memcpy(to, (void *)from, bytes) == NULL; }
