// libarchive, and the system calls for files that the Glibc module does not show to Swift.
#ifndef RELOCATE_CARCHIVE_H
#define RELOCATE_CARCHIVE_H

#include <archive.h>
#include <archive_entry.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

extern long syscall(long number, ...);
extern int syncfs(int descriptor);

// openat2(2) that follows symbolic links only as far as they stay below `directory`; -1 and errno on failure.
static inline int archive_open_beneath(int directory, const char *path, int flags) {
    struct open_how how;
    memset(&how, 0, sizeof how);
    how.flags = (uint64_t)flags;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

// Gives the calling thread a umask, a working directory and a root of its own, as unshare(2) does with CLONE_FS; they
// begin as they are. -1 and errno on failure.
static inline int archive_own_umask(void) { return (int)syscall(SYS_unshare, (unsigned long)CLONE_FS); }

#endif
