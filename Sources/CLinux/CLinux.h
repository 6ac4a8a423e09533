// Linux system calls that the Glibc module does not show to Swift, because glibc declares them only for GNU sources
// or in headers outside that module. Nothing here has a behaviour of its own.
#ifndef RELOCATE_CLINUX_H
#define RELOCATE_CLINUX_H

#include <linux/openat2.h>
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

extern int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
extern int pipe2(int ends[2], int flags);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
extern int setns(int descriptor, int type);
extern int unshare(int flags);
extern int pthread_setname_np(pthread_t thread, const char *name);
extern long syscall(long number, ...);

// Swift does not import these as integers, or not at all.
static const uint32_t linux_epoll_in = EPOLLIN;
static const uint32_t linux_epoll_out = EPOLLOUT;
static const uint32_t linux_epoll_peer_closed = EPOLLRDHUP;
static const uint32_t linux_epoll_hangup = EPOLLHUP;
static const uint32_t linux_epoll_error = EPOLLERR;
static const uint32_t linux_epoll_edge = EPOLLET;
static const int linux_close_on_exec = SOCK_CLOEXEC;
static const int linux_nonblocking = SOCK_NONBLOCK;
static const int linux_no_signal = MSG_NOSIGNAL;
static const int16_t linux_spawn_new_session = 0x80;         // POSIX_SPAWN_SETSID
static const int linux_new_network_namespace = 0x40000000;  // CLONE_NEWNET
static const int linux_new_mount_namespace = 0x00020000;    // CLONE_NEWNS
static const int linux_new_file_system = 0x00000200;        // CLONE_FS
static const unsigned long linux_bind_mount = 4096;         // MS_BIND
static const int linux_do_not_follow = 8;                   // UMOUNT_NOFOLLOW

// struct ucred exists only for GNU sources: the credentials of a Unix socket's peer, SO_PEERCRED.
struct linux_peer_credentials {
    int32_t process;
    uint32_t user;
    uint32_t group;
};

// openat2(2) that stays below `directory` and follows no symbolic link; -1 and errno on failure.
static inline int linux_open_beneath(int directory, const char *path, int flags) {
    struct open_how how = {0};
    how.flags = (uint64_t)flags;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

// open_tree(2): a copy of the mount of a directory that stands nowhere yet; -1 and errno on failure.
static inline int linux_copy_mount(const char *path) {
    return (int)syscall(SYS_open_tree, -100 /* AT_FDCWD */, path, 1 /* OPEN_TREE_CLONE */ | SOCK_CLOEXEC);
}

// mount_setattr(2): has a copied mount show owners as a user namespace maps them; 0 on success.
static inline int linux_map_mount(int mount, int user_namespace) {
    struct { uint64_t set, clear, propagation, user_namespace; } change = {
        0x00100000 /* MOUNT_ATTR_IDMAP */, 0, 0, (uint64_t)user_namespace};
    return (int)syscall(SYS_mount_setattr, mount, "", 0x1000 /* AT_EMPTY_PATH */, &change, sizeof change);
}

// move_mount(2): puts a copied mount to its place; 0 on success.
static inline int linux_place_mount(int mount, const char *path) {
    return (int)syscall(SYS_move_mount, mount, "", -100 /* AT_FDCWD */, path, 4 /* MOVE_MOUNT_F_EMPTY_PATH */);
}

// How many processors this process may run on, sched_getaffinity(2); 0 on failure.
static inline int linux_usable_processors(void) {
    unsigned long set[128] = {0};
    int count = 0;
    if (syscall(SYS_sched_getaffinity, 0, sizeof set, set) < 0) return 0;
    for (int index = 0; index < 128; index++) count += __builtin_popcountl(set[index]);
    return count;
}

// sched_getaffinity(2) of one thread: on which processors it may run, a bit for each; 0 on success.
static inline int linux_get_affinity(pid_t thread, uint64_t *set, int words) {
    long count;
    for (int index = 0; index < words; index++) set[index] = 0;
    count = syscall(SYS_sched_getaffinity, thread, (size_t)words * sizeof *set, set);
    return count < 0 ? -1 : 0;
}

// sched_setaffinity(2) of one thread; 0 on success.
static inline int linux_set_affinity(pid_t thread, const uint64_t *set, int words) {
    return (int)syscall(SYS_sched_setaffinity, thread, (size_t)words * sizeof *set, set);
}

// ioprio_get(2) of one thread: class and level, 0 for none of its own; -1 on failure.
static inline int linux_get_io_priority(pid_t thread) {
    return (int)syscall(SYS_ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, thread);
}

// ioprio_set(2) of one thread; 0 on success.
static inline int linux_set_io_priority(pid_t thread, int priority) {
    return (int)syscall(SYS_ioprio_set, 1 /* IOPRIO_WHO_PROCESS */, thread, priority);
}

// pidfd_open(2): a descriptor that becomes readable when the process ends; -1 and errno on failure.
static inline int linux_pidfd_open(pid_t process) {
    return (int)syscall(SYS_pidfd_open, process, 0);
}

// pidfd_getfd(2): a copy of another process's descriptor; -1 and errno on failure.
static inline int linux_pidfd_getfd(int pidfd, int descriptor) {
    return (int)syscall(SYS_pidfd_getfd, pidfd, descriptor, 0);
}

// pidfd_send_signal(2): a signal that cannot reach another process of the same number; -1 and errno on failure.
static inline int linux_pidfd_send_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, (void *)0, 0);
}

// struct pidfd_info of linux/pidfd.h in its first form.
struct linux_pidfd_info {
    uint64_t mask;
    uint64_t cgroup;
    uint32_t ids[11];
    int32_t exit_code;
};

// PIDFD_GET_INFO (Linux 6.15): the wait status of a process that has ended and was fetched, whoever its parent was; -1 where
// the kernel does not tell.
static inline int linux_pidfd_wait_status(int pidfd) {
    struct linux_pidfd_info info = {.mask = 1 << 3}; // PIDFD_INFO_EXIT
    if (ioctl(pidfd, _IOWR(0xFF, 11, struct linux_pidfd_info), &info) < 0 || !(info.mask & 1 << 3)) return -1;
    return info.exit_code;
}

#endif
