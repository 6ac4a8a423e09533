/// What a container's processes may ask of the kernel.
///
/// Containers of several tenants share a host, so this is narrower than what other runtimes grant: no device nodes,
/// no performance counters (the instrument of cache attacks), no new namespaces. Some calls are refused because they
/// would make the container immovable, and programs do without them: io_uring, and sockets of Multipath TCP.
enum ContainerPrivileges {
    /// The capabilities of a process with user id 0.
    static let capabilities = [
        "CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
        "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID",
        "CAP_SYS_CHROOT",
    ]

    /// The most files a process may have open. CRIU cannot restore a limit above its own, so it is a modest one.
    static let openFiles: UInt64 = 16384

    /// Files of /proc that a tenant's root user would read and that speak of the whole host: its other tenants'
    /// activity, its keys, its memory. Only files: a directory would be covered by a tmpfs.
    static let maskedFiles = [
        "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/slabinfo", "/proc/timer_list", "/proc/vmallocinfo",
    ]

    /// The system calls that are refused; all others are allowed.
    static let seccomp = SeccompProfile(
        defaultAction: .allow,
        architectures: SeccompProfile.nativeArchitectures,
        rules: [
            SeccompProfile.Rule(
                names: [
                    "add_key", "bpf", "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie",
                    "open_by_handle_at", "perf_event_open", "request_key", "setns", "unshare", "userfaultfd",
                ],
                answer: .notPermitted),
            SeccompProfile.Rule(
                names: ["io_uring_enter", "io_uring_register", "io_uring_setup"], answer: .notImplemented),
            // Its flags lie in memory, where a filter cannot look; programs fall back to clone.
            SeccompProfile.Rule(names: ["clone3"], answer: .notImplemented),
            SeccompProfile.Rule(
                names: ["clone"], answer: .notPermitted,
                conditions: [.allSet(argument: 0, bits: newUserNamespace)]),
            SeccompProfile.Rule(
                names: ["socket"], answer: .protocolNotSupported,
                conditions: [.equal(argument: 2, value: multipathTCP)]),
        ])

    private static let multipathTCP: UInt64 = 262
    /// CLONE_NEWUSER alone lets a process without privileges begin; the others need it.
    private static let newUserNamespace: UInt64 = 0x1000_0000
}
