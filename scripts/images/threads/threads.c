// A server with many threads. Each answers a line `N` for the thread of that number with `N COUNT`: how often it was asked. It
// keeps the count in its own storage, and sees that it is the kernel's thread that it was.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct worker {
    sem_t asked, answered;
    long count;
};

static struct worker *workers;
static _Thread_local long count;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void *work(void *argument) {
    struct worker *self = argument;
    const pid_t thread = gettid();
    while (1) {
        while (sem_wait(&self->asked) != 0) continue;
        count++;
        self->count = gettid() == thread ? count : -1;
        sem_post(&self->answered);
    }
}

static void answer(int connection, long number_of_workers) {
    FILE *input = fdopen(connection, "r"), *output = fdopen(dup(connection), "w");
    if (!input || !output) fail("fdopen");
    long number;
    while (fscanf(input, "%ld", &number) == 1 && number >= 0 && number < number_of_workers) {
        struct worker *worker = &workers[number];
        sem_post(&worker->asked);
        while (sem_wait(&worker->answered) != 0) continue;
        fprintf(output, "%ld %ld\n", number, worker->count);
        fflush(output);
    }
    fclose(input);
    fclose(output);
}

int main(int argc, char **argv) {
    const long number = argc > 1 ? atol(argv[1]) : 2000;
    workers = calloc((size_t)number, sizeof *workers);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 65536);
    for (long i = 0; i < number; i++) {
        pthread_t thread;
        sem_init(&workers[i].asked, 0, 0);
        sem_init(&workers[i].answered, 0, 0);
        if (pthread_create(&thread, &attributes, work, &workers[i]) != 0) fail("pthread_create");
    }
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(7000)};
    if (listener < 0 || bind(listener, (const struct sockaddr *)&address, sizeof address) != 0) fail("bind");
    if (listen(listener, 100) != 0) fail("listen");
    while (1) {
        const int connection = accept(listener, NULL, NULL);
        if (connection >= 0) answer(connection, number);
    }
}
