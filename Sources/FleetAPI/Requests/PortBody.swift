import FleetModel

/// A port that clients are to reach.
///
/// Decoded by hand: a decoder that meets too big a number says neither where nor what would be right.
public struct PortBody: Codable, Sendable, Equatable {
    /// What is forwarded: TCP, and nothing else, which whoever asks for it is told.
    public enum Transport: String, Codable, Sendable {
        /// TCP.
        case tcp

        /// Decodes a name in any case.
        public init(from decoder: any Decoder) throws {
            let text = try decoder.singleValueContainer().decode(String.self)
            guard let transport = Self(rawValue: text.lowercased()) else {
                throw DecodingError.dataCorrupted(
                    .init(
                        codingPath: decoder.codingPath,
                        debugDescription: "must be tcp: virtual addresses forward TCP only"))
            }
            self = transport
        }
    }

    /// The port of the virtual address.
    public var port: UInt16
    /// The container's port; `nil` for the same.
    public var containerPort: UInt16?
    /// What is forwarded; `nil` for TCP, too.
    public var transport: Transport?

    private enum CodingKeys: String, CodingKey { case port, containerPort, transport = "protocol" }

    /// A port.
    public init(port: UInt16, containerPort: UInt16? = nil) {
        self.port = port
        self.containerPort = containerPort
    }

    /// A mapping.
    public init(_ mapping: PortMapping) { self.init(port: mapping.port, containerPort: mapping.containerPort) }

    /// The mapping.
    public var mapping: PortMapping { PortMapping(port: port, containerPort: containerPort ?? port) }

    /// Decodes a port.
    /// - Throws: `DecodingError` that says what would be right.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        port = try fields.decode(PortNumber.self, forKey: .port).value
        containerPort = try fields.decodeIfPresent(PortNumber.self, forKey: .containerPort)?.value
        transport = try fields.decodeIfPresent(Transport.self, forKey: .transport)
    }
}

private struct PortNumber: Decodable {
    var value: UInt16

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // As other programs write it: `9000/udp`.
        if let text = try? container.decode(String.self), text.lowercased().hasSuffix("/udp") {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "must be a number: virtual addresses forward TCP only"))
        }
        guard let value = UInt16(exactly: try container.decode(Double.self)), value > 0 else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "must be 1 to 65535"))
        }
        self.value = value
    }
}
