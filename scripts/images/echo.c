// A line echo server whose answers prove that it was moved and not started again.
//
// Every line is answered with `TOKEN TOTAL COUNT LINE`: TOKEN is drawn at random when the process starts, TOTAL counts
// the lines it has answered, COUNT those of this connection. A new TOKEN or a smaller TOTAL means that memory was lost,
// a smaller COUNT that the connection was.
//
// One thread, one poll() loop. Lines longer than LINE_LIMIT are answered in pieces of that length.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    DEFAULT_PORT = 7,
    CONNECTION_LIMIT = 1000,
    LINE_LIMIT = 4096,
    PREFIX_LIMIT = 64,  // Token, two 64-bit numbers in decimal, three spaces.
};

struct connection {
    int fd;
    bool ended;  // The peer sends no more; what it sent is still answered.
    uint64_t count;
    size_t received;
    size_t pending, sent;  // Of the answer under way, `sent` of `pending` bytes are out.
    char input[LINE_LIMIT];
    char answer[PREFIX_LIMIT + LINE_LIMIT + 1];
};

// Pages of connections that never came are never touched, and so are in no dump.
static struct connection connections[CONNECTION_LIMIT];
static size_t connection_count;
static uint64_t token, total;
static volatile sig_atomic_t stopping;

static void stop(int signal) {
    (void)signal;
    stopping = 1;
}

static void fail(const char *what) {
    dprintf(STDERR_FILENO, "echo: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int listen_on(uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_ANY)};
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) < 0) fail("bind");
    if (listen(fd, SOMAXCONN) < 0) fail("listen");
    return fd;
}

static void accept_connection(int listener) {
    const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;  // The peer gave up, or descriptors are short: the next poll tells.
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *c = &connections[connection_count++];
    c->fd = fd;
    c->ended = false;
    c->count = 0;
    c->received = c->pending = c->sent = 0;
}

// Takes one line out of the input and makes its answer. False if there is no whole line yet.
static bool answer_line(struct connection *c) {
    const char *newline = memchr(c->input, '\n', c->received);
    if (!newline && c->received < LINE_LIMIT) return false;
    const size_t length = newline ? (size_t)(newline - c->input) : c->received;
    const size_t taken = newline ? length + 1 : length;

    const int prefix =
        snprintf(c->answer, PREFIX_LIMIT, "%016" PRIx64 " %" PRIu64 " %" PRIu64 " ", token, ++total, ++c->count);
    memcpy(c->answer + prefix, c->input, length);
    c->answer[(size_t)prefix + length] = '\n';
    c->pending = (size_t)prefix + length + 1;
    c->sent = 0;

    c->received -= taken;
    memmove(c->input, c->input + taken, c->received);
    return true;
}

// Sends answers until input or the peer's window is used up. False if the connection is broken.
static bool send_answers(struct connection *c) {
    while (c->sent < c->pending || answer_line(c)) {
        const ssize_t n = send(c->fd, c->answer + c->sent, c->pending - c->sent, MSG_NOSIGNAL);
        if (n < 0) return errno == EAGAIN || errno == EINTR;
        c->sent += (size_t)n;
    }
    return true;
}

// Reads once. False if the connection is broken.
static bool receive(struct connection *c) {
    const ssize_t n = recv(c->fd, c->input + c->received, LINE_LIMIT - c->received, 0);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    if (n == 0) c->ended = true;
    c->received += (size_t)n;
    return true;
}

// A peer that does not read its answers is not read from: what waits is bounded by the two buffers.
static short interest(const struct connection *c) {
    if (c->sent < c->pending) return POLLOUT;
    return c->ended ? 0 : POLLIN;
}

// One turn for a connection with something to do. False when it is finished.
static bool serve(struct connection *c, short events) {
    if (events & (POLLERR | POLLNVAL)) return false;
    if (events & (POLLIN | POLLHUP) && !c->ended && c->received < LINE_LIMIT && !receive(c)) return false;
    return send_answers(c) && !(c->ended && c->sent == c->pending);
}

int main(int argc, char **argv) {
    char *end = NULL;
    const unsigned long port = argc > 1 ? strtoul(argv[1], &end, 10) : DEFAULT_PORT;
    if (argc > 2 || port < 1 || port > 65535 || (end && *end)) {
        dprintf(STDERR_FILENO, "usage: echo [PORT], a number from 1 to 65535 (%d if left out)\n", DEFAULT_PORT);
        return 2;
    }
    if (getrandom(&token, sizeof token, 0) != sizeof token) fail("getrandom");

    // The first process of a container has no default actions: without a handler SIGTERM would do nothing. The signals
    // are let in only while polling, so none is missed between a look at `stopping` and the wait.
    const struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    sigset_t blocked, while_polling;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &while_polling);
    sigdelset(&while_polling, SIGTERM);
    sigdelset(&while_polling, SIGINT);

    const int listener = listen_on((uint16_t)port);
    dprintf(STDOUT_FILENO, "echo: %016" PRIx64 " answers on port %lu\n", token, port);

    static struct pollfd polled[CONNECTION_LIMIT + 1];
    while (!stopping) {
        const size_t count = connection_count;
        for (size_t i = 0; i < count; i++)
            polled[i] = (struct pollfd){.fd = connections[i].fd, .events = interest(&connections[i])};
        // At the limit newcomers wait in the backlog: poll() passes over negative descriptors.
        polled[count] = (struct pollfd){.fd = count < CONNECTION_LIMIT ? listener : -1, .events = POLLIN};

        if (ppoll(polled, count + 1, NULL, &while_polling) < 0) {
            if (errno == EINTR) continue;
            fail("poll");
        }
        // Backwards, so that the last connection can fill the place of a finished one.
        for (size_t i = count; i-- > 0;) {
            if (!polled[i].revents || serve(&connections[i], polled[i].revents)) continue;
            close(connections[i].fd);
            connections[i] = connections[--connection_count];
        }
        if (polled[count].revents) accept_connection(listener);
    }
    return 0;
}
