/// A privilege of root that a container does not have unless somebody asks for it (capabilities(7)).
public enum Capability: String, Codable, Sendable, CaseIterable {
    /// To write to the kernel's audit log, as `login` and `sshd` do.
    case auditWrite = "AUDIT_WRITE"
    /// To send and receive packets of any form, as `ping` and `tcpdump` do.
    case netRaw = "NET_RAW"
    /// To give capabilities to files.
    case setFileCapabilities = "SETFCAP"
    /// To pass capabilities on, and to take them out of the set of those that can be had.
    case setProcessCapabilities = "SETPCAP"
}
