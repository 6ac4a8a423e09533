import FleetModel

/// That a container is to stay where it is: `PUT /v1/containers/{container}/pin`, with one of `until` and `seconds`.
public struct PinBody: JSONBody {
    /// Why.
    public var reason: String
    /// Until when.
    public var until: Timestamp?
    /// For how long.
    public var seconds: Double?

    private enum CodingKeys: String, CodingKey, CaseIterable { case reason, until, seconds }

    /// The names of the fields that the body may have.
    public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// A pin.
    public init(reason: String, until: Timestamp? = nil, seconds: Double? = nil) {
        self.reason = reason
        self.until = until
        self.seconds = seconds
    }
}
