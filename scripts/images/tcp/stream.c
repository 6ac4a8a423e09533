#include "stream.h"

#include <string.h>

// Its beginning once more after its end, so that no piece has to be put together.
static uint8_t ring[STREAM_RING + STREAM_PIECE];

// Sebastiano Vigna's SplitMix64, as published for the public domain: the finalizer, and the step between two states.
static const uint64_t golden = 0x9E3779B97F4A7C15;

static uint64_t mix(uint64_t value) {
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
    return value ^ (value >> 31);
}

void stream_prepare(void) {
    uint64_t state = 0;
    for (size_t at = 0; at < STREAM_RING; at += 8) {
        uint64_t word = mix(state += golden);
        for (size_t i = at; i < at + 8 && i < STREAM_RING; i++, word >>= 8) ring[i] = (uint8_t)word;
    }
    memcpy(ring + STREAM_RING, ring, STREAM_PIECE);
}

const uint8_t *stream_bytes(uint64_t id, enum direction direction, uint64_t offset) {
    const uint64_t start = mix(id + golden * (uint64_t)(direction + 1)) % STREAM_RING;
    return ring + (start + offset) % STREAM_RING;
}
