import FleetModel

/// What a container's processes may ask of the kernel.
///
/// Containers of several tenants share a host, so this is narrower than what other runtimes grant: no device nodes,
/// no performance counters (the instrument of cache attacks), no new namespaces. Some calls are refused because they
/// would make the container immovable, and programs do without them: io_uring, Landlock, secret memory, and sockets of
/// Multipath TCP. Others are refused because whoever makes them could hold his container in place at will: `ptrace`, and
/// sockets of virtual machines and of XDP.
enum ContainerPrivileges {
    /// The capabilities of a process with user id 0.
    static func capabilities(of spec: ContainerSpec) -> [String] {
        usual + (spec.capabilities ?? []).map { "CAP_\($0.rawValue)" }
    }

    private static let usual = [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETGID",
        "CAP_SETUID", "CAP_SYS_CHROOT",
    ]

    /// The most files a process may have open. CRIU cannot restore a limit above its own, so it is a modest one.
    static let openFiles: UInt64 = 16384

    /// Files of /proc that a tenant's root user would read and that speak of the whole host: its other tenants'
    /// activity, its keys, its memory. Only files: a directory would be covered by a tmpfs.
    static let maskedFiles = [
        "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/slabinfo", "/proc/timer_list", "/proc/vmallocinfo",
    ]

    /// What may be asked of the kernel by its calls: a list of what is allowed, so that what comes with a newer kernel is
    /// not. What is not on it does not exist, as far as programs can tell, and they go on as with an older kernel.
    static let seccomp = SeccompProfile(
        defaultAction: .refuse, defaultAnswer: .notImplemented,
        architectures: SeccompProfile.nativeArchitectures,
        rules: [
            .allow(AllowedCalls.names), .refuse(privileged, .notPermitted), .refuse(unknown, .notImplemented),
        ]
            + [.allow(["clone"], if: .noneSet(argument: 0, bits: newNamespaces))]
            + personalities.map { .allow(["personality"], if: .equal(argument: 0, value: $0)) }
            + families.map { family in
                .allow(
                    ["socket"], if: .equal(argument: 0, value: family), .different(argument: 2, from: multipathTCP))
            }
            + [.refuse(["socket"], .protocolNotSupported, if: .equal(argument: 2, value: multipathTCP))])

    /// What every program knows to need a privilege: it is told that it has none.
    private static let privileged = [
        "acct", "add_key", "bpf", "clock_settime", "clock_settime64", "delete_module", "fanotify_init", "finit_module",
        "fsconfig", "fsmount", "fsopen", "fspick", "get_mempolicy", "init_module", "ioperm", "iopl", "kcmp",
        "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "mbind", "migrate_pages", "mount", "mount_setattr",
        "move_mount", "move_pages", "nfsservctl", "open_by_handle_at", "open_tree", "perf_event_open", "pidfd_getfd",
        "pivot_root", "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace", "quotactl", "quotactl_fd",
        "reboot", "request_key", "set_mempolicy", "set_mempolicy_home_node", "setdomainname", "sethostname", "setns",
        "settimeofday", "stime", "swapoff", "swapon", "syslog", "umount", "umount2", "unshare", "userfaultfd",
        "vhangup", "vm86", "vm86old",
    ]

    /// What programs do without when the kernel does not have it. An engine that has no answer of its own for what is on no
    /// list would say something else. The flags of clone3 lie in memory, where a filter cannot look.
    private static let unknown = [
        "clone3", "io_uring_enter", "io_uring_register", "io_uring_setup", "landlock_add_rule",
        "landlock_create_ruleset", "landlock_restrict_self", "memfd_secret",
    ]

    /// All bits of `clone` that ask for a namespace.
    private static let newNamespaces: UInt64 = 0x7E02_0000
    /// Linux, 32-bit Linux, either with `UNAME26`, and the question which it is.
    private static let personalities: [UInt64] = [0, 8, 0x20000, 0x20008, 0xFFFF_FFFF]
    /// AF_UNIX, AF_INET, AF_INET6, AF_NETLINK and, which a capability guards, AF_PACKET. Of the others, a container that has
    /// sockets of virtual machines (AF_VSOCK) or of AF_XDP could not be moved, and the rest is where faults of the kernel are
    /// found that nobody looks at.
    private static let families: [UInt64] = [1, 2, 10, 16, 17]
    private static let multipathTCP: UInt64 = 262
}
