import FleetModel

/// A container that somebody started on a host by themselves.
public struct AdoptableView: Codable, Sendable, Equatable {
    /// The host.
    public var host: HostName
    /// The container.
    public var container: AdoptableContainer

    private enum CodingKeys: CodingKey { case host }

    /// A container on a host.
    public init(host: HostName, container: AdoptableContainer) {
        self.host = host
        self.container = container
    }

    /// Decodes both from one object.
    public init(from decoder: any Decoder) throws {
        container = try AdoptableContainer(from: decoder)
        host = try decoder.container(keyedBy: CodingKeys.self).decode(HostName.self, forKey: .host)
    }

    /// Encodes both into one object.
    public func encode(to encoder: any Encoder) throws {
        try container.encode(to: encoder)
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(host, forKey: .host)
    }
}
