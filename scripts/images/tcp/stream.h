// The bytes that a connection carries, which both its ends know without being told.
//
// Each direction of each connection is a walk, from a start of its own, around one ring of STREAM_RING made-up bytes.
// A byte that is missing, comes twice, or belongs to another connection does not fit to its place in the walk.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    STREAM_RING = 262147,  // A prime: no power of two that a buffer may be long goes around without a trace.
    STREAM_PIECE = 65536,  // The longest piece that `stream_bytes` gives.
};

enum direction { TO_SERVER, TO_CLIENT };

// Makes the ring. To be called once, before all else.
void stream_prepare(void);

// Where the walk of a connection's direction is after `offset` bytes: at least STREAM_PIECE bytes follow.
const uint8_t *stream_bytes(uint64_t id, enum direction direction, uint64_t offset);
