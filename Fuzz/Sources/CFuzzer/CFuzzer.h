// libFuzzer as a library: it calls `target` with one input after the other, and its options are the program's arguments.
#ifndef RELOCATE_CFUZZER_H
#define RELOCATE_CFUZZER_H

#include <stddef.h>
#include <stdint.h>

extern int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*target)(const uint8_t *bytes, size_t count));

#endif
