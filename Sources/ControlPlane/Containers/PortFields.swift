import FleetModel

/// A port mapping in the body of a request.
struct PortFields: Decodable, Sendable {
    private var port: PortNumber
    private var containerPort: PortNumber?

    /// The mapping; the container's port is the same unless it is said.
    var mapping: PortMapping {
        PortMapping(port: port.value, containerPort: (containerPort ?? port).value)
    }

    /// Decoded by hand: a decoder that meets too big a number says neither where nor what would be right.
    private struct PortNumber: Decodable {
        var value: UInt16

        init(from decoder: any Decoder) throws {
            let number = try decoder.singleValueContainer().decode(Double.self)
            guard let value = UInt16(exactly: number), value > 0 else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "must be 1 to 65535"))
            }
            self.value = value
        }
    }
}
