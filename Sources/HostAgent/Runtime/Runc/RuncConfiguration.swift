import FleetModel

extension RuncRuntime {
    /// Where a runtime keeps its things and which programs it uses.
    public struct Configuration: Sendable {
        /// The host's name, by which it knows its dumps.
        public var host: HostName
        /// The runtime's own directory on this host, owner only. Not shared, and on a file system that can hold the
        /// writable layer of an overlay.
        public var stateDirectory: String
        /// Where the roots of containers are mounted. All users of the host may pass through it and what it lies in, since a
        /// container's root user is one of them; into each container's folder there only he may.
        public var rootsDirectory: String
        /// The directory all hosts share: dumps and logs. A dump is some thirty files that are made during the pause:
        /// in memory (tmpfs) that takes a few milliseconds less than on a disk's file system.
        public var sharedDirectory: String
        /// The control group below which every container has its own, such as `relocate`.
        public var controlGroupParent: String
        /// Where control groups are mounted.
        public var controlGroupRoot = "/sys/fs/cgroup"
        /// The `runc` program, by absolute path like the others.
        public var runc = "/usr/sbin/runc"
        /// The `criu` program, 4.2 or later on kernels from 6.16.
        public var criu = "/usr/local/sbin/criu"
        /// `nsenter` of util-linux.
        public var nsenter = "/usr/bin/nsenter"
        /// `unshare` of util-linux.
        public var unshare = "/usr/bin/unshare"
        /// A POSIX shell, which needs `dd`, `expr`, `printf`, `rm`, `sleep` and `stat`.
        public var shell = "/bin/sh"
        /// How much CRIU logs: 1 for errors only, 4 for everything. Higher levels lengthen the pause.
        public var criuLogLevel = 1
        /// The largest deleted but open file that travels in a dump, in bytes.
        public var ghostLimit = 1 << 30

        /// A runtime with the usual programs.
        public init(
            host: HostName, stateDirectory: String, rootsDirectory: String, sharedDirectory: String,
            controlGroupParent: String
        ) {
            self.host = host
            self.stateDirectory = stateDirectory
            self.rootsDirectory = rootsDirectory
            self.sharedDirectory = sharedDirectory
            self.controlGroupParent = controlGroupParent
        }
    }
}
