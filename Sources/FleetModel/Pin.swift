/// An operator's wish that a container stays where it is. Only its removal or its end lets the container move again.
public struct Pin: Codable, Sendable, Hashable {
    /// Why.
    public var reason: String
    /// Until when.
    public var until: Timestamp
    /// Who set it.
    public var setBy: String

    /// A pin.
    public init(reason: String, until: Timestamp, setBy: String) {
        self.reason = reason
        self.until = until
        self.setBy = setBy
    }
}
