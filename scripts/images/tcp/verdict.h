// How connections ended at the server, kept until the client has asked for them.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum outcome {
    AS_PLANNED,
    WRONG_BYTE,     // at the offset `received`
    EARLY_END,      // the client's bytes ended before they should have
    EXTRA_BYTES,    // they went on after they should have ended
    UNBROKEN,       // they ended, where a reset was to come
    SYSTEM_ERROR,   // `error` says which
    OPTION_LOST,    // the socket has no longer the options it was given
};

struct verdict {
    uint64_t id;
    uint32_t received, sent;
    uint8_t outcome, operation;  // The step at which it ended.
    uint16_t error;
    uint32_t unused;
};

void verdict_keep(struct verdict verdict);

// A report on all since number `from`, in memory of its own that the caller frees: the server's token, the number of
// the next verdict, how many connections are open, how many ended before their script had come, and the verdicts.
uint8_t *verdict_report(uint64_t from, uint64_t token, uint32_t open, uint32_t unheard, size_t *size);
