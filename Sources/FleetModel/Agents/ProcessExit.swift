/// With what a process ended.
public enum ProcessExit: Codable, Sendable, Hashable, CustomStringConvertible {
    /// It ended by itself, with a status from 0 to 255.
    case code(Int)
    /// A signal ended it.
    case signal(Int)

    /// Whether it was content.
    public var isSuccess: Bool { self == .code(0) }

    /// As operators read it: `status 1`, `signal 9`.
    public var description: String {
        switch self {
        case .code(let number): "status \(number)"
        case .signal(let number): "signal \(number)"
        }
    }
}
