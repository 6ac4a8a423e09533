/// Where a lab is kept and what its things are called. Nothing whose name does not begin with the prefix is ever
/// touched.
public struct LabLocation: Codable, Sendable, Hashable {
    /// What names of namespaces and control groups begin with.
    public var prefix: String
    /// The folder for everything that is on disk.
    public var directory: String
    /// The folder for what does not outlive a boot.
    public var runDirectory: String

    /// A location.
    public init(
        prefix: String = "rl", directory: String = "/var/lib/relocate-lab", runDirectory: String = "/run/relocate-lab"
    ) {
        self.prefix = prefix
        self.directory = directory
        self.runDirectory = runDirectory
    }

    /// The lab's own record.
    public var stateFile: String { "\(directory)/lab.json" }
    /// The folder that all hosts share.
    public var shared: String { "\(directory)/shared" }
    /// The images, which outlive the lab.
    public var images: String { "\(shared)/images" }
    /// The memory dumps, on a tmpfs.
    public var dumps: String { "\(shared)/dumps" }
    /// The control plane's folder.
    public var controlPlane: String { "\(directory)/control-plane" }
    /// The token with which agents join.
    public var tokenFile: String { "\(controlPlane)/join-token" }
    /// The authority that agents trust.
    public var authorityFile: String { "\(controlPlane)/tls/ca.pem" }
    /// The control groups of the lab, below each hierarchy's root.
    public var controlGroup: String { "\(prefix)-lab" }

    /// A host's folder.
    public func state(of host: String) -> String { "\(directory)/hosts/\(host)" }
    /// What a host's containerd reads.
    func containerdSettings(of host: String) -> String { "\(state(of: host))/containerd.toml" }
    /// The socket of a host's Docker daemon.
    public func dockerSocket(of host: String) -> String { "\(state(of: host))/docker.sock" }
    /// Where its containerd listens.
    public func containerdSocket(of host: String) -> String { "\(state(of: host))/containerd.sock" }
    /// The files by which a host looks unlike the others.
    func differences(of host: String) -> String { "\(differences)/\(host)" }
    /// What a process printed.
    public func log(of process: String) -> String { "\(directory)/logs/\(process).log" }
    /// The file of a network namespace, where `ip netns` finds it.
    public func networkNamespace(_ name: String) -> String { "\(Self.namespaceFolder)/\(prefix)-\(name)" }
    /// The file of a host's mount namespace.
    public func mountNamespace(of host: String) -> String { "\(mountNamespaces)/\(host)" }

    static let namespaceFolder = "/run/netns"
    var mountNamespaces: String { "\(runDirectory)/mounts" }
    var differences: String { "\(directory)/differences" }
    var lockFile: String { "\(directory)/lock" }

    /// Whether a file in the folder of network namespaces is one of this lab's.
    func owns(namespaceFile name: String) -> Bool {
        guard name.hasPrefix("\(prefix)-") else { return false }
        let rest = name.dropFirst(prefix.count + 1)
        if rest == "gateway" || rest == "outside" { return true }
        return rest.hasPrefix("host") && Int(rest.dropFirst(4)) != nil
    }
}
