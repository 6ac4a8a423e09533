import FleetModel

/// What is to change of a host: `PATCH /v1/hosts/{host}`. What is not said stays as it is.
public struct HostChangesBody: JSONBody {
    /// `ready` or `cordoned`.
    public var state: HostState?
    /// All its labels.
    public var labels: [String: String]?
    /// How many containers it may carry.
    public var capacity: HostCapacity?

    private enum CodingKeys: String, CodingKey, CaseIterable { case state, labels, capacity }

    /// The names of the fields that the body may have.
    public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Changes.
    public init(state: HostState? = nil, labels: [String: String]? = nil, capacity: HostCapacity? = nil) {
        self.state = state
        self.labels = labels
        self.capacity = capacity
    }
}

/// That a host is off for good: `POST /v1/hosts/{host}/lost`.
public struct HostLossBody: JSONBody {
    /// Why.
    public var reason: String
    /// The host's name again; without it is only said what would be lost.
    public var confirm: HostName?

    private enum CodingKeys: String, CodingKey, CaseIterable { case reason, confirm }

    /// The names of the fields that the body may have.
    public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// A loss.
    public init(reason: String, confirm: HostName? = nil) {
        self.reason = reason
        self.confirm = confirm
    }
}
