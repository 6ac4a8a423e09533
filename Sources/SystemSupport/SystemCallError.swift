import Glibc

/// A system call that has failed.
public struct SystemCallError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was to be done; it completes "cannot …".
    public var doing: String
    /// The errno.
    public var number: Int32

    /// A system call that has failed; by default the last one.
    public init(_ doing: String, number: Int32 = errno) {
        self.doing = doing
        self.number = number
    }

    /// What the system says of it.
    public var reason: String { String(cString: strerror(number)) }

    /// What could not be done, and why.
    public var description: String { "cannot \(doing): \(reason)" }
}
