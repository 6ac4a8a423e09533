/// What can go wrong with a daemon. Each case carries a sentence for people.
public enum DockerError: Error, Sendable, Hashable {
    /// Nobody answers at the socket, or the connection broke. The reason says what to do about it.
    case unreachable(reason: String)
    /// The daemon has no such container, image, checkpoint or volume.
    case notFound(String)
    /// The state of things does not allow it: a name is taken, a container is not running or is in use.
    case conflict(String)
    /// The daemon refused for another reason. A failure that the daemon reports within an answer that began as a success
    /// has the status 200.
    case refused(status: Int, message: String)
    /// What came is no answer of a Docker daemon, is cut off, or is larger than allowed.
    case invalidAnswer(String)
    /// The daemon did not finish in time. It may still be at work.
    case timeout(String)
    /// What was asked for cannot be sent: a name that is none, a file that cannot be read.
    case invalidRequest(String)
    /// The task that asked was cancelled. The daemon may still be at work.
    case cancelled
}

extension DockerError: CustomStringConvertible {
    /// The sentence.
    public var description: String {
        switch self {
        case .unreachable(let reason): reason
        case .notFound(let message), .conflict(let message): "Docker: \(message)"
        case .refused(let status, let message): "Docker refused (\(status)): \(message)"
        case .invalidAnswer(let message): "Docker's answer cannot be used: \(message)"
        case .timeout(let message): message
        case .invalidRequest(let message): message
        case .cancelled: "the request to Docker was cancelled"
        }
    }
}
