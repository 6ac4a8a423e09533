/*
 * PostgreSQL and Apache refuse to serve as root. Loaded before them (LD_PRELOAD), this lets them: they are told that they
 * are nobody.
 *
 * For machines whose root lacks CAP_SYS_RESOURCE, as in some virtual machines and containers. There CRIU may not read
 * the limits of a process that is not root's, so that none can be dumped.
 */
#include <sys/types.h>

static const uid_t nobody = 65534;

uid_t geteuid(void) { return nobody; }
uid_t getuid(void) { return nobody; }
