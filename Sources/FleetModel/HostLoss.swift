/// That a host was declared off for good, and what keeps its containers apart from their clients since.
public struct HostLoss: Codable, Sendable, Hashable {
    /// When it was declared.
    public var declaredAt: Timestamp
    /// Who declared it.
    public var declaredBy: String
    /// Why.
    public var reason: String
    /// The addresses of what may still run there, in ascending order: the gateway lets nothing pass from them or to them.
    public var fenced: [IPv4Address]
    /// When the gateway had cut off all of them for the first time; `nil` until then.
    public var fencedAt: Timestamp?
    /// Whether it has cut off those, too, that were found out later.
    public var isFenceWhole = false
    /// When an operator let the host in again; `nil` until then. The rest of this stands until the host has shown that it has
    /// nothing any more.
    public var readmittedAt: Timestamp?

    /// A loss that was just declared.
    public init(declaredAt: Timestamp, declaredBy: String, reason: String, fenced: [IPv4Address] = []) {
        self.declaredAt = declaredAt
        self.declaredBy = declaredBy
        self.reason = reason
        self.fenced = fenced
    }
}

/// What becomes of a container whose host is lost.
public enum HostLossRule: String, Codable, Sendable, CaseIterable {
    /// It stays lost until somebody starts it anew.
    case stay
    /// It is started anew on another host, without its memory.
    case restart
}
