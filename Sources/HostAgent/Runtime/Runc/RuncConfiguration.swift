extension RuncRuntime {
    /// Where a runtime keeps its things and which programs it uses.
    public struct Configuration: Sendable {
        /// The runtime's own directory on this host, owner only. Not shared, and on a file system that can hold the
        /// writable layer of an overlay.
        public var stateDirectory: String
        /// The directory all hosts share: dumps and logs.
        public var sharedDirectory: String
        /// The control group below which every container has its own, such as `relocate`.
        public var controlGroupParent: String
        /// Where control groups are mounted.
        public var controlGroupRoot = "/sys/fs/cgroup"
        /// Programs, by absolute path.
        public var runc = "/usr/sbin/runc"
        public var criu = "/usr/local/sbin/criu"
        public var nsenter = "/usr/bin/nsenter"
        public var shell = "/bin/sh"
        /// How much CRIU logs: 1 for errors only, 4 for everything. Higher levels lengthen the pause.
        public var criuLogLevel = 1
        /// The largest deleted but open file that travels in a dump, in bytes.
        public var ghostLimit = 64 << 20

        /// A runtime with the usual programs.
        public init(stateDirectory: String, sharedDirectory: String, controlGroupParent: String) {
            self.stateDirectory = stateDirectory
            self.sharedDirectory = sharedDirectory
            self.controlGroupParent = controlGroupParent
        }
    }
}
