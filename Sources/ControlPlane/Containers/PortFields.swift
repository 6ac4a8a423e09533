import FleetModel

/// A port mapping in the body of a request.
struct PortFields: Decodable, Sendable {
    private var port: PortNumber
    private var containerPort: PortNumber?
    private var `protocol`: Transport?

    /// The mapping; the container's port is the same unless it is said.
    var mapping: PortMapping {
        PortMapping(port: port.value, containerPort: (containerPort ?? port).value)
    }

    /// What is forwarded: TCP, and nothing else, which whoever asks for it is told.
    private struct Transport: Decodable {
        init(from decoder: any Decoder) throws {
            let text = try decoder.singleValueContainer().decode(String.self)
            guard text.lowercased() == "tcp" else {
                throw DecodingError.dataCorrupted(
                    .init(
                        codingPath: decoder.codingPath,
                        debugDescription: "must be tcp: virtual addresses forward TCP only"))
            }
        }
    }

    /// Decoded by hand: a decoder that meets too big a number says neither where nor what would be right.
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
}
