/// A change that the kernel is asked to make, with a name for error messages and the refusals that mean that it is
/// already made.
package struct NetlinkRequest: Sendable {
    /// What is changed, such as `route 10.88.0.7/32`.
    package var subject: String
    /// The message.
    package var message: NetlinkMessage
    /// Error numbers that count as success.
    package var tolerated: Set<Int32>

    /// A change.
    package init(subject: String, message: NetlinkMessage, tolerated: Set<Int32> = []) {
        self.subject = subject
        self.message = message
        self.tolerated = tolerated
    }
}
