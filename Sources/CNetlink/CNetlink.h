// The kernel's netlink formats, and the namespace calls that glibc declares only for GNU sources. Nothing here has a
// behaviour of its own.
#ifndef RELOCATE_CNETLINK_H
#define RELOCATE_CNETLINK_H

#include <linux/fib_rules.h>
#include <linux/inet_diag.h>
#include <linux/neighbour.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <linux/veth.h>
#include <sys/vfs.h>

extern int unshare(int flags);
extern int setns(int descriptor, int type);
extern int gettid(void);

// Swift does not import these as integers of one type, or not at all.
static const int linux_clone_new_network = 0x40000000;  // CLONE_NEWNET
static const int linux_socket_netlink = 16;             // AF_NETLINK
static const int linux_socket_raw = 3;                 // SOCK_RAW
static const int linux_close_on_exec = 02000000;        // SOCK_CLOEXEC
static const unsigned long linux_mount_bind = 4096;     // MS_BIND
static const unsigned long linux_mount_recursive = 16384;  // MS_REC
static const unsigned long linux_mount_shared = 1048576;   // MS_SHARED
static const int linux_unmount_detach = 2;              // MNT_DETACH
static const unsigned linux_link_up = 1;                // IFF_UP
static const unsigned linux_filter_drop = 0;            // NF_DROP
static const unsigned linux_filter_accept = 1;          // NF_ACCEPT

#endif
