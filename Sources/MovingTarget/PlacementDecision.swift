import FleetModel

/// Where a container is to go, with everything that led there.
public struct PlacementDecision: Codable, Sendable, Hashable {
    /// The hosts that could take the container, by name, with their chances.
    public var candidates: [PlacementCandidate]
    /// The hosts that could not, by name, with all the reasons.
    public var exclusions: [PlacementExclusion]
    /// The host that was drawn; `nil` when there is no candidate.
    public var chosen: HostName?

    /// A decision.
    public init(candidates: [PlacementCandidate], exclusions: [PlacementExclusion], chosen: HostName?) {
        self.candidates = candidates
        self.exclusions = exclusions
        self.chosen = chosen
    }
}

/// A host that could take a container.
public struct PlacementCandidate: Codable, Sendable, Hashable {
    /// The host.
    public var host: HostName
    /// The probability with which it is drawn; those of all candidates add up to 1.
    public var probability: Double

    /// A host with its chance.
    public init(host: HostName, probability: Double) {
        self.host = host
        self.probability = probability
    }
}

/// A host that cannot take a container.
public struct PlacementExclusion: Codable, Sendable, Hashable {
    /// The host.
    public var host: HostName
    /// Everything that stands against it, at least one reason.
    public var reasons: [ExclusionReason]

    /// A host with what stands against it.
    public init(host: HostName, reasons: [ExclusionReason]) {
        self.host = host
        self.reasons = reasons
    }

    /// Whether it could take the container as soon as other relocations have ended.
    public var isTemporary: Bool { reasons == [.relocating] }
}

/// Why a host cannot take a container.
public enum ExclusionReason: Codable, Sendable, Hashable, CustomStringConvertible {
    /// The container is there already.
    case sameHost
    /// An operator has named another host.
    case notRequested
    /// The host is not ready but in this state.
    case notReady(HostState)
    /// The host carries no containers.
    case wrongRole(HostRole)
    /// The host's agent has not this runtime.
    case runtimeMissing(RuntimeKind)
    /// The host cannot restore containers, nor dump them.
    case criuMissing
    /// The host's processors are of this other kind.
    case differentArchitecture(String)
    /// The host carries as many containers as it may, which is this many.
    case containersFull(limit: Int)
    /// The host has only this much of its memory left for containers, in bytes.
    case memoryFull(freeBytes: Int)
    /// As many relocations as may run at once come to the host or leave it.
    case relocating

    /// The reason in words.
    public var description: String {
        switch self {
        case .sameHost: "the container is there already"
        case .notRequested: "another host was asked for"
        case .notReady(let state): "it is \(state.rawValue)"
        case .wrongRole(let role): "it is a \(role.rawValue)"
        case .runtimeMissing(let runtime): "its agent cannot run \(runtime.rawValue)"
        case .criuMissing: "it has no CRIU that works"
        case .differentArchitecture(let architecture): "its processors are \(architecture)"
        case .containersFull(let limit): "it carries \(limit) containers, as many as it may"
        case .memoryFull(let free): "it has \(free) bytes of memory left for containers"
        case .relocating: "as many containers as may at once are coming to it or leaving it"
        }
    }
}
