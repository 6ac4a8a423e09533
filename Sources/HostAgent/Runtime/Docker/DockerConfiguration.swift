extension DockerRuntime {
    /// Where a runtime finds the daemon and keeps its things.
    public struct Configuration: Sendable {
        /// The daemon's Unix socket.
        public var socket: String
        /// The runtime's own directory on this host, owner only. Not shared.
        public var stateDirectory: String
        /// The directory all hosts share: dumps. The daemon must see it under the same path.
        public var sharedDirectory: String
        /// The control group below which the daemon makes those of the containers, such as `/relocate`; `nil` for the
        /// daemon's own choice.
        public var controlGroupParent: String?

        /// A runtime over a daemon.
        public init(
            socket: String = "/var/run/docker.sock", stateDirectory: String, sharedDirectory: String,
            controlGroupParent: String? = nil
        ) {
            self.socket = socket
            self.stateDirectory = stateDirectory
            self.sharedDirectory = sharedDirectory
            self.controlGroupParent = controlGroupParent
        }
    }
}
