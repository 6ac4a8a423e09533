import CLinux
import Glibc

/// Who is at the other end of a connection.
public enum PeerAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IP address and port.
    case ip(String, port: Int)
    /// A process on this machine, as the kernel knew it when it connected.
    case local(processID: Int, userID: Int)
    /// The kernel could not say.
    case unknown

    /// The address as text.
    public var description: String {
        switch self {
        case .ip(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .local(let process, let user): "process \(process) of user \(user)"
        case .unknown: "unknown"
        }
    }
}
