// What a client asks of the server at the beginning of a connection: the header, then the steps of the server's writer
// and those of its reader, all in little-endian order. Only what follows is part of the stream.
//
// Both halves work at the same time. What a step of one half waits for, the other may bring about.
#pragma once

#include <stdint.h>

enum {
    SCRIPT_MAGIC = 0x6d706374,  // "tcpm"
    SCRIPT_STEPS = 48,          // At most, of both halves together.
    SCRIPT_URGENT = 0x21,       // The urgent byte that is kept apart from the stream.
};

// What the client wishes of the server's socket.
enum wish {
    WISH_NODELAY = 1,
    WISH_KEEPALIVE = 2,    // Asked every second when idle, given up after eight questions.
    WISH_URGENT_INLINE = 4,
    WISH_MAY_BREAK = 8,    // The client may reset the connection: that writing fails then is no failure.
};

enum operation {
    // Of both halves.
    STEP_SLEEP = 'S',   // for `pause` milliseconds
    // Of the writer.
    STEP_WRITE = 'W',   // `count` bytes; after each `chunk` of them a rest of `pause`
    STEP_AWAIT = 'A',   // until `count` bytes have been read since the beginning
    STEP_URGENT = 'U',  // one byte of the stream, as urgent
    STEP_END = 'F',     // no more will be written
    STEP_READER = 'E',  // until the reader has done all its steps
    STEP_CLOSE = 'C',   // the whole connection at once, whatever the reader does
    STEP_RESET = 'X',   // the same, with a reset
    // Of the reader.
    STEP_READ = 'R',    // `count` bytes; after each `chunk` of them a rest of `pause`
    STEP_LURK = 'L',    // until `count` bytes can be read, reading none
    STEP_MARK = 'O',    // the urgent byte that is kept apart; the writer sends one with the same letter
    STEP_EOF = 'f',     // expects the end
    STEP_BROKEN = 'x',  // reads until the client resets the connection
};

struct header {
    uint32_t magic;
    uint8_t writer_steps, reader_steps, wishes, unused;
    uint64_t id;
    uint32_t send_buffer, receive_buffer;  // 0 leaves the kernel's choice.
};

struct step {
    uint8_t operation, unused;
    uint16_t pause;
    uint32_t count, chunk;
};

_Static_assert(sizeof(struct header) == 24 && sizeof(struct step) == 12, "the client packs them without gaps");
