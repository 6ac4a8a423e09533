import FleetModel

/// An event in the record of actions: with its kind in a field.
public struct ActionView: Codable, Sendable, Equatable {
    /// The event.
    public var event: FleetEvent

    private enum CodingKeys: CodingKey { case kind }

    /// An event.
    public init(event: FleetEvent) { self.event = event }

    /// Decodes an event that names its kind itself.
    public init(from decoder: any Decoder) throws {
        let kind = try decoder.container(keyedBy: CodingKeys.self).decode(EventKind.self, forKey: .kind)
        event = try EventView(from: decoder, kind: kind).event
    }

    /// Encodes the event with its kind.
    public func encode(to encoder: any Encoder) throws {
        try EventView(event: event).encode(to: encoder)
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(event.change.kind, forKey: .kind)
    }
}
