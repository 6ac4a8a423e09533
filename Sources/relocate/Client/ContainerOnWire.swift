import FleetModel

/// A container as the API shows it: its specification beside its state in one object, the state as a word.
struct ContainerOnWire: Decodable, Sendable {
    /// The container.
    let container: Container

    private enum Keys: CodingKey {
        case state, stateDetail, relocation, lostHost, host, virtualAddress, address, retainedAddresses, mobility,
            createdAt
        case arrivedAt, deadlineAt, policy, pin, isPaused, onHostLoss, restart, restarts
    }

    /// Decodes all of it from one object.
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Keys.self)
        container = Container(
            spec: try ContainerSpec(from: decoder),
            state: try Self.state(in: fields),
            host: try fields.decodeIfPresent(HostName.self, forKey: .host),
            virtualAddress: try fields.decodeIfPresent(IPv4Address.self, forKey: .virtualAddress),
            address: try fields.decodeIfPresent(IPv4Address.self, forKey: .address),
            retainedAddresses: try fields.decodeIfPresent([IPv4Address].self, forKey: .retainedAddresses) ?? [],
            mobility: try fields.decode(MobilityOnWire.self, forKey: .mobility).mobility,
            createdAt: try fields.decode(Timestamp.self, forKey: .createdAt),
            arrivedAt: try fields.decodeIfPresent(Timestamp.self, forKey: .arrivedAt),
            deadlineAt: try fields.decodeIfPresent(Timestamp.self, forKey: .deadlineAt),
            policy: try fields.decodeIfPresent(PolicyName.self, forKey: .policy),
            pin: try fields.decodeIfPresent(Pin.self, forKey: .pin),
            isPaused: try fields.decodeIfPresent(Bool.self, forKey: .isPaused) ?? false,
            onHostLoss: try fields.decodeIfPresent(HostLossRule.self, forKey: .onHostLoss) ?? .stay,
            restart: try fields.decodeIfPresent(RestartRule.self, forKey: .restart) ?? .never,
            restarts: try fields.decodeIfPresent(Restarts.self, forKey: .restarts) ?? Restarts())
    }

    private static func state(in fields: KeyedDecodingContainer<Keys>) throws -> ContainerState {
        let detail = try fields.decodeIfPresent(String.self, forKey: .stateDetail) ?? ""
        switch try fields.decode(String.self, forKey: .state) {
        case "starting": return .starting
        case "running": return .running
        case "relocating": return .relocating(try fields.decode(RelocationID.self, forKey: .relocation))
        case "stopped": return .stopped(reason: detail)
        case "stranded": return .stranded(try fields.decode(RelocationID.self, forKey: .relocation))
        case "lost": return .lost(try fields.decode(HostName.self, forKey: .lostHost))
        case "failed": return .failed(reason: detail)
        case "stopping": return .stopping
        case "removing": return .removing
        case let word:
            throw DecodingError.dataCorruptedError(
                forKey: .state, in: fields, debugDescription: "'\(word)' is no state of a container")
        }
    }
}

private struct MobilityOnWire: Decodable {
    let mobility: Mobility

    private enum Keys: CodingKey { case state, reason, log }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Keys.self)
        switch try fields.decode(String.self, forKey: .state) {
        case "unknown": mobility = .unknown
        case "movable": mobility = .movable
        case "immovable":
            mobility = .immovable(
                reason: try fields.decodeIfPresent(String.self, forKey: .reason) ?? "",
                log: try fields.decodeIfPresent(String.self, forKey: .log) ?? "")
        case let word:
            throw DecodingError.dataCorruptedError(
                forKey: .state, in: fields, debugDescription: "'\(word)' says nothing about mobility")
        }
    }
}
