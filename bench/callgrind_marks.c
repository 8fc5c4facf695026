/* Where counting begins and ends, for callgrind: it runs the rest of the process uncounted. */

#include <valgrind/callgrind.h>

void start_counting(void) { CALLGRIND_START_INSTRUMENTATION; }

void count_from_here(void) { CALLGRIND_ZERO_STATS; }

void counted_as(const char *name) { CALLGRIND_DUMP_STATS_AT(name); }
