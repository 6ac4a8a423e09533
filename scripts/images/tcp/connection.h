// One connection of the server: it reads the client's script and does what it says, step by step.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "script.h"

// The writer or the reader of a connection.
struct half {
    const struct step *steps;
    unsigned count, at;
    uint32_t done;   // Bytes of the step.
    uint64_t due;    // Milliseconds; nothing is done before.
    bool asleep;     // The pause of a STEP_SLEEP has begun.
    uint64_t total;  // Bytes of the stream since the beginning.
};

struct connection {
    int fd;
    short interest;  // What poll() is asked for.
    uint64_t due;    // When it wants its turn even if nothing happens; NEVER if not.
    uint32_t script_received;
    struct header header;
    struct step steps[SCRIPT_STEPS];
    struct half writer, reader;
    bool broken;  // The client has reset it.
};

static const uint64_t NEVER = UINT64_MAX;

enum progress {
    GOES_ON,
    ENDED,    // Its verdict is kept.
    UNHEARD,  // It has ended before its script had come.
};

void connection_begin(struct connection *c, int fd);

// One turn, after poll() has said something or `due` has come. Unless it goes on the descriptor is closed afterwards.
enum progress connection_turn(struct connection *c, uint64_t now);
