#define _GNU_SOURCE
#include "connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream.h"
#include "verdict.h"

// How often it is looked whether something has come about that poll() does not tell.
enum { LOOK = 5 };

// What one attempt at a step came to.
enum attempt {
    STEP_DONE,
    STEP_ADVANCED,  // Part of it; the rest can be tried at once.
    STEP_WAITS,     // For poll(), the clock or the other half.
    CLOSED,         // The connection is to be closed now, as planned.
    FAILED,
};

struct turn {
    struct connection *c;
    uint64_t now;
    uint8_t operation;  // Of the step that is tried.
    enum outcome outcome;  // Of a failure.
    int error;
};

static enum attempt fail(struct turn *t, enum outcome outcome, int error) {
    t->outcome = outcome;
    t->error = error;
    return FAILED;
}

static void set(int fd, int level, int option, int value) {
    setsockopt(fd, level, option, &value, sizeof value);
}

static bool has(int fd, int level, int option, int value) {
    int found = 0;
    socklen_t size = sizeof found;
    return getsockopt(fd, level, option, &found, &size) == 0 && found == value;
}

static void grant_wishes(const struct connection *c) {
    const uint8_t wishes = c->header.wishes;
    if (c->header.send_buffer) set(c->fd, SOL_SOCKET, SO_SNDBUF, (int)c->header.send_buffer);
    if (c->header.receive_buffer) set(c->fd, SOL_SOCKET, SO_RCVBUF, (int)c->header.receive_buffer);
    set(c->fd, IPPROTO_TCP, TCP_NODELAY, !!(wishes & WISH_NODELAY));
    set(c->fd, SOL_SOCKET, SO_OOBINLINE, !!(wishes & WISH_URGENT_INLINE));
    if (wishes & WISH_KEEPALIVE) {
        set(c->fd, IPPROTO_TCP, TCP_KEEPIDLE, 1);
        set(c->fd, IPPROTO_TCP, TCP_KEEPINTVL, 1);
        set(c->fd, IPPROTO_TCP, TCP_KEEPCNT, 8);
        set(c->fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    }
}

static bool wishes_hold(const struct connection *c) {
    const uint8_t wishes = c->header.wishes;
    if (!has(c->fd, IPPROTO_TCP, TCP_NODELAY, !!(wishes & WISH_NODELAY))) return false;
    if (!has(c->fd, SOL_SOCKET, SO_OOBINLINE, !!(wishes & WISH_URGENT_INLINE))) return false;
    if (!(wishes & WISH_KEEPALIVE)) return has(c->fd, SOL_SOCKET, SO_KEEPALIVE, 0);
    return has(c->fd, SOL_SOCKET, SO_KEEPALIVE, 1) && has(c->fd, IPPROTO_TCP, TCP_KEEPIDLE, 1) &&
           has(c->fd, IPPROTO_TCP, TCP_KEEPINTVL, 1) && has(c->fd, IPPROTO_TCP, TCP_KEEPCNT, 8);
}

// Whether an error tells that the client has reset the connection: ECONNRESET once, EPIPE when it had ended before or
// the error has been told already.
static bool tells_reset(int error) {
    return error == ECONNRESET || error == EPIPE;
}

static void want(struct turn *t, short events) {
    t->c->interest |= events;
}

static enum attempt wait_until(struct half *half, uint64_t due) {
    half->due = due;
    return STEP_WAITS;
}

static enum attempt sleep_step(struct turn *t, struct half *half, const struct step *step) {
    // Nobody would call it after a pause of nothing.
    if (half->asleep || !step->pause) {
        half->asleep = false;
        return STEP_DONE;
    }
    half->asleep = true;
    return wait_until(half, t->now + step->pause);
}

// How many bytes may be moved at once, so that the rest after each chunk is not passed over.
static size_t portion(const struct half *half, const struct step *step) {
    size_t portion = step->count - half->done;
    if (step->chunk && portion > step->chunk - half->done % step->chunk)
        portion = step->chunk - half->done % step->chunk;
    return portion < STREAM_PIECE ? portion : STREAM_PIECE;
}

static enum attempt moved(struct turn *t, struct half *half, const struct step *step, size_t bytes) {
    half->done += (uint32_t)bytes;
    half->total += bytes;
    const bool is_rest = step->chunk && step->pause && half->done % step->chunk == 0;
    if (is_rest) half->due = t->now + step->pause;
    if (half->done == step->count) return STEP_DONE;
    return is_rest ? STEP_WAITS : STEP_ADVANCED;
}

// ---- The writer

static enum attempt writing_failed(struct turn *t, int error) {
    if (error == EAGAIN) {
        want(t, POLLOUT);
        return STEP_WAITS;
    }
    if (tells_reset(error)) t->c->broken = true;
    if (!t->c->broken || !(t->c->header.wishes & WISH_MAY_BREAK)) return fail(t, SYSTEM_ERROR, error);
    t->c->writer.at = t->c->writer.count;
    return STEP_ADVANCED;
}

static enum attempt send_bytes(struct turn *t, const struct step *step, const uint8_t *bytes, size_t size, int flags) {
    const ssize_t sent = send(t->c->fd, bytes, size, MSG_NOSIGNAL | flags);
    return sent < 0 ? writing_failed(t, errno) : moved(t, &t->c->writer, step, (size_t)sent);
}

static enum attempt write_step(struct turn *t, const struct step *step) {
    struct connection *const c = t->c;
    const uint8_t *const bytes = stream_bytes(c->header.id, TO_CLIENT, c->writer.total);
    static const uint8_t apart = SCRIPT_URGENT;
    const struct linger at_once = {.l_onoff = 1};
    switch (step->operation) {
    case STEP_SLEEP: return sleep_step(t, &c->writer, step);
    case STEP_WRITE: return step->count ? send_bytes(t, step, bytes, portion(&c->writer, step), 0) : STEP_DONE;
    case STEP_URGENT: return send_bytes(t, step, bytes, 1, MSG_OOB);
    case STEP_MARK:
        return send(c->fd, &apart, 1, MSG_NOSIGNAL | MSG_OOB) < 0 ? writing_failed(t, errno) : STEP_DONE;
    case STEP_AWAIT: return c->reader.total >= step->count ? STEP_DONE : STEP_WAITS;
    case STEP_READER: return c->reader.at == c->reader.count ? STEP_DONE : STEP_WAITS;
    case STEP_END: return shutdown(c->fd, SHUT_WR) < 0 ? writing_failed(t, errno) : STEP_DONE;
    case STEP_RESET: setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once); return CLOSED;
    case STEP_CLOSE: return CLOSED;
    default: return fail(t, SYSTEM_ERROR, EINVAL);
    }
}

// ---- The reader

static enum attempt reading_failed(struct turn *t, const struct step *step, int error) {
    if (error == EAGAIN) {
        want(t, POLLIN);
        return STEP_WAITS;
    }
    if (tells_reset(error)) t->c->broken = true;
    return t->c->broken && step->operation == STEP_BROKEN ? STEP_DONE : fail(t, SYSTEM_ERROR, error);
}

static enum attempt receive_bytes(struct turn *t, const struct step *step, size_t size) {
    struct connection *const c = t->c;
    static uint8_t buffer[STREAM_PIECE];
    const ssize_t received = recv(c->fd, buffer, size, 0);
    if (received < 0) return reading_failed(t, step, errno);
    if (received == 0) {
        if (step->operation == STEP_EOF) return STEP_DONE;
        if (step->operation == STEP_READ) return fail(t, EARLY_END, 0);
        return c->broken ? STEP_DONE : fail(t, UNBROKEN, 0);
    }
    const uint8_t *const expected = stream_bytes(c->header.id, TO_SERVER, c->reader.total);
    size_t right = 0;
    while (right < (size_t)received && buffer[right] == expected[right]) right++;
    if (right < (size_t)received) {
        c->reader.total += right;
        return fail(t, WRONG_BYTE, 0);
    }
    if (step->operation == STEP_EOF) return fail(t, EXTRA_BYTES, 0);
    if (step->operation == STEP_READ) return moved(t, &c->reader, step, (size_t)received);
    c->reader.total += (size_t)received;
    return STEP_ADVANCED;
}

static enum attempt read_mark(struct turn *t) {
    uint8_t byte = 0;
    if (recv(t->c->fd, &byte, 1, MSG_OOB) < 0) {
        // EINVAL: none has been announced yet.
        if (errno != EAGAIN && errno != EINVAL) return fail(t, SYSTEM_ERROR, errno);
        return wait_until(&t->c->reader, t->now + LOOK);
    }
    return byte == SCRIPT_URGENT ? STEP_DONE : fail(t, WRONG_BYTE, 0);
}

static enum attempt read_step(struct turn *t, const struct step *step) {
    struct half *const reader = &t->c->reader;
    int waiting = 0;
    switch (step->operation) {
    case STEP_SLEEP: return sleep_step(t, reader, step);
    case STEP_READ: return step->count ? receive_bytes(t, step, portion(reader, step)) : STEP_DONE;
    case STEP_EOF:
    case STEP_BROKEN: return receive_bytes(t, step, STREAM_PIECE);
    case STEP_MARK: return read_mark(t);
    case STEP_LURK:
        if (ioctl(t->c->fd, FIONREAD, &waiting) < 0) return fail(t, SYSTEM_ERROR, errno);
        return (uint32_t)waiting >= step->count ? STEP_DONE : wait_until(reader, t->now + LOOK);
    default: return fail(t, SYSTEM_ERROR, EINVAL);
    }
}

// ---- The whole

// Goes on with one half as far as it gets. `has_moved` becomes true if that was anywhere.
static enum attempt advance(struct turn *t, struct half *half, bool *has_moved) {
    enum attempt attempt = STEP_DONE;
    while (half->at < half->count && half->due <= t->now) {
        const struct step *const step = &half->steps[half->at];
        t->operation = step->operation;
        attempt = half == &t->c->writer ? write_step(t, step) : read_step(t, step);
        if (attempt == STEP_DONE) {
            half->at++;
            half->done = 0;
        }
        if (attempt != STEP_DONE && attempt != STEP_ADVANCED) break;
        *has_moved = true;
    }
    return attempt;
}

static enum progress end(const struct turn *t, enum outcome outcome) {
    const struct connection *const c = t->c;
    verdict_keep((struct verdict){
        .id = c->header.id,
        .received = (uint32_t)c->reader.total,
        .sent = (uint32_t)c->writer.total,
        .outcome = (uint8_t)outcome,
        .operation = t->operation,
        .error = (uint16_t)t->error,
    });
    return ENDED;
}

// Reads header and steps, and no byte more. False if the connection has ended.
static bool receive_script(struct turn *t) {
    struct connection *const c = t->c;
    for (;;) {
        const bool has_header = c->script_received >= sizeof c->header;
        const unsigned count = has_header ? (unsigned)c->header.writer_steps + c->header.reader_steps : 0;
        if (has_header && (c->header.magic != SCRIPT_MAGIC || count > SCRIPT_STEPS)) return false;
        const size_t whole = sizeof c->header + count * sizeof *c->steps;
        uint8_t *const into = has_header ? (uint8_t *)c->steps + (c->script_received - sizeof c->header)
                                         : (uint8_t *)&c->header + c->script_received;
        if (has_header && c->script_received == whole) break;
        const ssize_t received = recv(c->fd, into, whole - c->script_received, 0);
        if (received < 0 && errno == EAGAIN) {
            want(t, POLLIN);
            return true;
        }
        if (received <= 0) return false;
        c->script_received += (uint32_t)received;
    }
    c->writer.steps = c->steps;
    c->writer.count = c->header.writer_steps;
    c->reader.steps = c->steps + c->writer.count;
    c->reader.count = c->header.reader_steps;
    grant_wishes(c);
    return true;
}

void connection_begin(struct connection *c, int fd) {
    memset(c, 0, sizeof *c);
    c->fd = fd;
    c->interest = POLLIN;
    c->due = NEVER;
}

enum progress connection_turn(struct connection *c, uint64_t now) {
    struct turn t = {.c = c, .now = now};
    c->interest = 0;
    if (!c->writer.steps) {
        if (!receive_script(&t)) return UNHEARD;
        if (!c->writer.steps) return GOES_ON;
    }
    bool has_moved;
    do {
        has_moved = false;
        struct half *const halves[] = {&c->reader, &c->writer};
        for (size_t i = 0; i < 2; i++) {
            const enum attempt attempt = advance(&t, halves[i], &has_moved);
            if (attempt == FAILED) return end(&t, t.outcome);
            if (attempt == CLOSED) return end(&t, wishes_hold(c) ? AS_PLANNED : OPTION_LOST);
        }
    } while (has_moved);
    if (c->reader.at == c->reader.count && c->writer.at == c->writer.count)
        return end(&t, wishes_hold(c) ? AS_PLANNED : OPTION_LOST);

    c->due = NEVER;
    if (c->reader.at < c->reader.count && c->reader.due > now) c->due = c->reader.due;
    if (c->writer.at < c->writer.count && c->writer.due > now && c->writer.due < c->due) c->due = c->writer.due;
    return GOES_ON;
}
