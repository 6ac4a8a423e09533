import DockerEngine
import FleetModel

extension DockerRuntime {
    /// Where a containerd of its own listens, and one that Docker starts itself.
    public static let standardContainerdSockets = [
        "/run/containerd/containerd.sock", "/var/run/docker/containerd/containerd.sock",
    ]

    /// Where a runtime finds the daemon and keeps its things.
    public struct Configuration: Sendable {
        /// The host's name, by which it knows its dumps.
        public var host: HostName
        /// The daemon's Unix socket.
        public var socket: String
        /// Where the daemon's containerd may listen: Unix sockets, the first of which exists and knows a container is asked.
        public var containerd: [String]
        /// The runtime's own directory on this host, owner only. Not shared.
        public var stateDirectory: String
        /// The directory all hosts share: dumps. The daemon must see it under the same path.
        public var sharedDirectory: String
        /// The control group below which the daemon makes those of the containers, such as `/relocate`; `nil` for the
        /// daemon's own choice.
        public var controlGroupParent: String?
        /// What runc hands on to CRIU.
        public var criuSettings = "/etc/criu/runc.conf"

        /// A runtime over a daemon.
        public init(
            host: HostName, socket: String = DockerEngine.standardSocket,
            containerd: [String] = DockerRuntime.standardContainerdSockets, stateDirectory: String,
            sharedDirectory: String, controlGroupParent: String? = nil
        ) {
            self.host = host
            self.socket = socket
            self.containerd = containerd
            self.stateDirectory = stateDirectory
            self.sharedDirectory = sharedDirectory
            self.controlGroupParent = controlGroupParent
        }
    }
}
