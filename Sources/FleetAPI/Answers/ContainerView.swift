import FleetModel

/// A container with its specification beside its state, in one object.
public struct ContainerView: Codable, Sendable, Equatable {
    /// The container. It says nothing of how it is taken over while it is (`Container.adopting`).
    public let container: Container

    private enum CodingKeys: CodingKey {
        case state, stateDetail, relocation, lostHost, host, virtualAddress, address, retainedAddresses, mobility,
            createdAt
        case arrivedAt, deadlineAt, policy, pin, isPaused, onHostLoss, restart, restarts, refusals
    }

    /// A container.
    public init(container: Container) {
        var shown = container
        shown.adopting = nil
        self.container = shown
    }

    /// Decodes all of it from one object.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        var container = Container(
            spec: try ContainerSpec(from: decoder),
            state: try Self.state(in: fields),
            host: try fields.decodeIfPresent(HostName.self, forKey: .host),
            virtualAddress: try fields.decodeIfPresent(IPv4Address.self, forKey: .virtualAddress),
            address: try fields.decodeIfPresent(IPv4Address.self, forKey: .address),
            retainedAddresses: try fields.decodeIfPresent([IPv4Address].self, forKey: .retainedAddresses) ?? [],
            mobility: try fields.decode(MobilityView.self, forKey: .mobility).mobility,
            createdAt: try fields.decode(Timestamp.self, forKey: .createdAt),
            arrivedAt: try fields.decodeIfPresent(Timestamp.self, forKey: .arrivedAt),
            deadlineAt: try fields.decodeIfPresent(Timestamp.self, forKey: .deadlineAt),
            policy: try fields.decodeIfPresent(PolicyName.self, forKey: .policy),
            pin: try fields.decodeIfPresent(Pin.self, forKey: .pin),
            isPaused: try fields.decodeIfPresent(Bool.self, forKey: .isPaused) ?? false,
            onHostLoss: try fields.decodeIfPresent(HostLossRule.self, forKey: .onHostLoss) ?? .stay,
            restart: try fields.decodeIfPresent(RestartRule.self, forKey: .restart) ?? .never,
            restarts: try fields.decodeIfPresent(Restarts.self, forKey: .restarts) ?? Restarts())
        container.refusals = try fields.decodeIfPresent(Refusals.self, forKey: .refusals)
        self.container = container
    }

    /// Encodes all of it into one object.
    public func encode(to encoder: any Encoder) throws {
        try container.spec.encode(to: encoder)
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(container.state.word, forKey: .state)
        try fields.encode(container.state.detail, forKey: .stateDetail)
        try fields.encode(container.state.relocation, forKey: .relocation)
        try fields.encode(container.state.lostHost, forKey: .lostHost)
        try fields.encode(container.host, forKey: .host)
        try fields.encode(container.virtualAddress, forKey: .virtualAddress)
        try fields.encode(container.address, forKey: .address)
        try fields.encode(container.retainedAddresses, forKey: .retainedAddresses)
        try fields.encode(MobilityView(container.mobility), forKey: .mobility)
        try fields.encode(container.createdAt, forKey: .createdAt)
        try fields.encode(container.arrivedAt, forKey: .arrivedAt)
        try fields.encode(container.deadlineAt, forKey: .deadlineAt)
        try fields.encode(container.policy, forKey: .policy)
        try fields.encode(container.pin, forKey: .pin)
        try fields.encode(container.isPaused, forKey: .isPaused)
        try fields.encode(container.onHostLoss, forKey: .onHostLoss)
        try fields.encode(container.restart, forKey: .restart)
        try fields.encode(container.restarts, forKey: .restarts)
        try fields.encodeIfPresent(container.refusals, forKey: .refusals)
    }

    private static func state(in fields: KeyedDecodingContainer<CodingKeys>) throws -> ContainerState {
        let text = try fields.decode(String.self, forKey: .state)
        guard let word = ContainerState.Word(rawValue: text) else {
            throw DecodingError.dataCorruptedError(
                forKey: .state, in: fields, debugDescription: "'\(text)' is no state of a container")
        }
        let detail = try fields.decodeIfPresent(String.self, forKey: .stateDetail) ?? ""
        return switch word {
        case .starting: .starting
        case .running: .running
        case .relocating: .relocating(try fields.decode(RelocationID.self, forKey: .relocation))
        case .stopping: .stopping
        case .stopped: .stopped(reason: detail)
        case .stranded: .stranded(try fields.decode(RelocationID.self, forKey: .relocation))
        case .failed: .failed(reason: detail)
        case .removing: .removing
        case .lost: .lost(try fields.decode(HostName.self, forKey: .lostHost))
        }
    }
}

extension ContainerState {
    /// Why it is so, where that is not obvious.
    fileprivate var detail: String? {
        switch self {
        case .stopped(let reason), .failed(let reason): reason
        case .stranded(let relocation): "relocation \(relocation) failed on both hosts"
        case .lost(let host): "it was lost with host '\(host)'"
        case .starting, .running, .relocating, .stopping, .removing: nil
        }
    }

    /// The host it was lost with.
    fileprivate var lostHost: HostName? { if case .lost(let host) = self { host } else { nil } }

    fileprivate var relocation: RelocationID? {
        switch self {
        case .relocating(let relocation), .stranded(let relocation): relocation
        case .starting, .running, .stopping, .stopped, .failed, .removing, .lost: nil
        }
    }
}
