#include "verdict.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT = 4096 };

static struct verdict ring[KEPT];
static uint64_t next;

struct preface {
    uint64_t token, next;
    uint32_t open, unheard;
};

void verdict_keep(struct verdict verdict) {
    ring[next++ % KEPT] = verdict;
}

uint8_t *verdict_report(uint64_t from, uint64_t token, uint32_t open, uint32_t unheard, size_t *size) {
    if (from > next) from = next;
    if (next - from > KEPT) from = next - KEPT;
    const struct preface preface = {.token = token, .next = next, .open = open, .unheard = unheard};
    *size = sizeof preface + (size_t)(next - from) * sizeof *ring;
    uint8_t *const report = malloc(*size);
    if (!report) return NULL;
    memcpy(report, &preface, sizeof preface);
    for (uint64_t i = from; i < next; i++)
        memcpy(report + sizeof preface + (size_t)(i - from) * sizeof *ring, &ring[i % KEPT], sizeof *ring);
    return report;
}
