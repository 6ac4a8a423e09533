// A server whose clients say what it shall do to them: see script.h. One thread, one poll() loop.
//
//     tcp-server SLOW-ACCEPT-MILLISECONDS
//
// It listens on four ports: see `enum port`. Every connection's end is kept until it is asked for: see verdict.h.

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "connection.h"
#include "stream.h"
#include "verdict.h"

enum port {
    REPORTS = 9000,  // Tells how connections have ended, all since the number that it is sent.
    PLAIN,
    SLOW,   // Accepts one connection at a time, with a rest after each.
    SMALL,  // Segments of 300 bytes, and a window that is too small to be scaled.
    PORTS_END,
};

enum {
    PORT_COUNT = PORTS_END - REPORTS,
    CONNECTION_LIMIT = 4000,
    SMALL_SEGMENT = 300,
    SMALL_BUFFER = 8192,
    REPORT_PATIENCE = 5,  // Seconds.
};

static struct connection connections[CONNECTION_LIMIT];
static size_t connection_count;
static uint32_t unheard;
static uint64_t token;
static volatile sig_atomic_t stopping;

static void stop(int signal) {
    (void)signal;
    stopping = 1;
}

static void fail(const char *what) {
    dprintf(STDERR_FILENO, "tcp-server: %s: %s\n", what, strerror(errno));
    exit(1);
}

// The wall clock: the monotonic one of another host shows another time.
static uint64_t milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int listen_on(enum port port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    const int on = 1, buffer = SMALL_BUFFER, segment = SMALL_SEGMENT;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (port == SMALL) {
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
        setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    }
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_ANY)};
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) < 0) fail("bind");
    if (listen(fd, SOMAXCONN) < 0) fail("listen");
    return fd;
}

// Reads so many bytes, or writes them. What waits with a limit is not taken up again by the kernel when a move stops it.
static bool receive_all(int fd, void *into, size_t size) {
    for (size_t done = 0; done < size;) {
        const ssize_t n = recv(fd, (uint8_t *)into + done, size - done, 0);
        if (n > 0) done += (size_t)n;
        if (n == 0 || (n < 0 && errno != EINTR)) return false;
    }
    return true;
}

static void send_all(int fd, const uint8_t *from, size_t size) {
    for (size_t done = 0; done < size;) {
        const ssize_t n = send(fd, from + done, size - done, MSG_NOSIGNAL);
        if (n > 0) done += (size_t)n;
        if (n < 0 && errno != EINTR) return;
    }
}

// Answers on the spot: the question is shorter than a segment, and nothing else is so urgent.
static void report(int listener) {
    const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) return;
    const struct timeval patience = {.tv_sec = REPORT_PATIENCE};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    uint64_t from;
    if (receive_all(fd, &from, sizeof from)) {
        size_t size;
        uint8_t *const answer = verdict_report(from, token, (uint32_t)connection_count, unheard, &size);
        if (answer) send_all(fd, answer, size);
        free(answer);
    }
    close(fd);
}

static void accept_connection(int listener) {
    const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) connection_begin(&connections[connection_count++], fd);
}

// Gives their turns to those of the first `count` connections that poll() or the clock has called. Backwards, so that
// the last connection can fill the place of one that has ended.
static void serve(const struct pollfd *polled, size_t count) {
    const uint64_t now = milliseconds();
    for (size_t i = count; i-- > 0;) {
        struct connection *const c = &connections[i];
        if (!polled[i].revents && c->due > now) continue;
        const enum progress progress = connection_turn(c, now);
        if (progress == GOES_ON) continue;
        if (progress == UNHEARD) unheard++;
        close(c->fd);
        connection_count--;
        if (i == connection_count) continue;
        *c = connections[connection_count];
        // Its steps have moved with it.
        if (c->writer.steps) {
            c->writer.steps = c->steps;
            c->reader.steps = c->steps + c->writer.count;
        }
    }
}

static struct timespec until(uint64_t due, uint64_t now) {
    const uint64_t left = due > now ? due - now : 0;
    return (struct timespec){.tv_sec = (time_t)(left / 1000), .tv_nsec = (long)(left % 1000) * 1000000};
}

int main(int argc, char **argv) {
    if (argc != 2) {
        dprintf(STDERR_FILENO, "usage: tcp-server SLOW-ACCEPT-MILLISECONDS\n");
        return 2;
    }
    const uint64_t rest = strtoul(argv[1], NULL, 10);
    if (getrandom(&token, sizeof token, 0) != sizeof token) fail("getrandom");
    stream_prepare();

    // The first process of a container has no default actions, and signals are let in only while polling.
    const struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigset_t blocked, while_polling;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &while_polling);
    sigdelset(&while_polling, SIGTERM);
    sigdelset(&while_polling, SIGINT);

    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    int listeners[PORT_COUNT];
    for (int i = 0; i < PORT_COUNT; i++) listeners[i] = listen_on((enum port)(REPORTS + i));
    dprintf(STDOUT_FILENO, "tcp-server: listens on ports %d to %d\n", REPORTS, PORTS_END - 1);

    static struct pollfd polled[CONNECTION_LIMIT + PORT_COUNT];
    uint64_t slow_due = 0;
    while (!stopping) {
        const size_t count = connection_count;
        uint64_t now = milliseconds(), due = NEVER;
        for (size_t i = 0; i < count; i++) {
            const struct connection *const c = &connections[i];
            // poll() passes over negative descriptors; without that, it would tell of a reset again and again.
            polled[i] = (struct pollfd){.fd = c->interest ? c->fd : -1, .events = c->interest};
            if (c->due < due) due = c->due;
        }
        for (int i = 0; i < PORT_COUNT; i++) {
            const bool rests = REPORTS + i == SLOW && slow_due > now;
            const bool is_full = count + PORT_COUNT > CONNECTION_LIMIT;
            polled[count + (size_t)i] = (struct pollfd){.fd = rests || is_full ? -1 : listeners[i], .events = POLLIN};
            if (rests && slow_due < due) due = slow_due;
        }
        const struct timespec timeout = until(due, now);
        if (ppoll(polled, count + PORT_COUNT, due == NEVER ? NULL : &timeout, &while_polling) < 0) {
            if (errno == EINTR) continue;
            fail("poll");
        }
        serve(polled, count);
        for (int i = 0; i < PORT_COUNT; i++) {
            if (!polled[count + (size_t)i].revents) continue;
            if (REPORTS + i == REPORTS) {
                report(listeners[i]);
                continue;
            }
            accept_connection(listeners[i]);
            if (REPORTS + i == SLOW) slow_due = milliseconds() + rest;
        }
    }
    return 0;
}
