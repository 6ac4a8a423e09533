import CNetlink
import FleetModel
import Glibc

/// What the kernel refused, in its own words.
package struct NetlinkError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was asked for, such as `route 10.88.0.7/32`.
    package var subject: String
    /// The error number, such as `ENODEV`.
    package var number: Int32
    /// What the kernel added to the number; empty when it added nothing.
    package var detail: String

    /// A refusal.
    package init(subject: String, number: Int32, detail: String = "") {
        self.subject = subject
        self.number = number
        self.detail = detail
    }

    /// The refusal that `errno` tells of.
    static func current(_ subject: String) -> NetlinkError { NetlinkError(subject: subject, number: errno) }

    /// The error's own text, without the subject.
    package var reason: String {
        let text = String(cString: strerror(number))
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    /// Subject and reason, such as `route 10.88.0.7/32: No such device`.
    package var description: String { "\(subject): \(reason)" }
}

extension StepFailure {
    /// The failure of a step that the kernel refused.
    init(_ error: NetlinkError) {
        self.init(code: .networkFailed, message: error.subject, toolMessage: error.reason)
    }
}
