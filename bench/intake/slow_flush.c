/* Lets every flush of a process take as long as a cloud disk's: preloaded over fdatasync, fsync
 * and sync_file_range. The delay in microseconds is the first word of the file that SLOW_FLUSH
 * names, shared by all processes: it is changed while they run. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static volatile uint32_t *delay_us;

__attribute__((constructor)) static void look_up_the_delay(void) {
  const char *path = getenv("SLOW_FLUSH");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *shared = mmap(NULL, sizeof *delay_us, PROT_READ, MAP_SHARED, file, 0);
  if (shared != MAP_FAILED) delay_us = shared;
  close(file);
}

static void wait_for_the_disk(void) {
  uint32_t us = delay_us ? *delay_us : 0;
  struct timespec left = {us / 1000000, (long)(us % 1000000) * 1000};
  while (us && nanosleep(&left, &left) && errno == EINTR) {
  }
}

int fdatasync(int file) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  wait_for_the_disk();
  return next(file);
}

int fsync(int file) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  wait_for_the_disk();
  return next(file);
}

int sync_file_range(int file, off64_t offset, off64_t count, unsigned flags) {
  static int (*next)(int, off64_t, off64_t, unsigned);
  if (!next) next = (int (*)(int, off64_t, off64_t, unsigned))dlsym(RTLD_NEXT, "sync_file_range");
  if (flags & SYNC_FILE_RANGE_WAIT_AFTER) wait_for_the_disk();
  return next(file, offset, count, flags);
}
