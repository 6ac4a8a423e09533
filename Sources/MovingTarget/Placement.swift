import FleetModel

/// What a host carries, containers that are on their way to it included.
public struct HostLoad: Codable, Sendable, Hashable {
    /// How many containers.
    public var containers: Int
    /// What their memory limits add up to, in bytes.
    public var memoryBytes: Int

    /// What a host carries.
    public init(containers: Int = 0, memoryBytes: Int = 0) {
        self.containers = containers
        self.memoryBytes = memoryBytes
    }
}

/// A container that needs a host.
public struct PlacementRequest: Sendable, Hashable {
    /// What is to be carried.
    public var spec: ContainerSpec
    /// The host it leaves; `nil` when it is new.
    public var source: HostName?
    /// The kind of processor it needs, `HostFacts.architecture`; `nil` when any will do.
    public var architecture: String?
    /// The only host that an operator wants; `nil` for any.
    public var requested: HostName?

    /// A container that needs a host.
    public init(
        spec: ContainerSpec, source: HostName? = nil, architecture: String? = nil, requested: HostName? = nil
    ) {
        self.spec = spec
        self.source = source
        self.architecture = architecture
        self.requested = requested
    }

    /// A container that leaves a host for another with processors of the same kind.
    public init(moving spec: ContainerSpec, from source: Host, requested: HostName? = nil) {
        self.init(
            spec: spec, source: source.name, architecture: source.facts.architecture, requested: requested)
    }
}

/// Chooses a host: first those that cannot take the container are put aside, then one of the others is drawn, each with
/// the same chance. What an attacker knows of the fleet does not help it to be where the container comes.
public struct Placement: Sendable {
    private let hosts: [Host]
    private let loads: [HostName: HostLoad]
    private let busy: Set<HostName>

    /// Looks at a fleet.
    /// - Parameters:
    ///   - hosts: All hosts.
    ///   - loads: What they carry; nothing for those not named.
    ///   - busy: Hosts at which no further relocation may start now.
    public init(hosts: some Sequence<Host>, loads: [HostName: HostLoad], busy: Set<HostName> = []) {
        self.hosts = hosts.sorted { $0.name < $1.name }
        self.loads = loads
        self.busy = busy
    }

    /// Chooses a host for a container.
    public func decide(
        _ request: PlacementRequest, using generator: inout some RandomNumberGenerator
    ) -> PlacementDecision {
        var feasible: [HostName] = []
        var exclusions: [PlacementExclusion] = []
        for host in hosts {
            let reasons = reasons(against: host, for: request)
            if reasons.isEmpty {
                feasible.append(host.name)
            } else {
                exclusions.append(PlacementExclusion(host: host.name, reasons: reasons))
            }
        }
        let chance = 1 / Double(max(feasible.count, 1))
        return PlacementDecision(
            candidates: feasible.map { PlacementCandidate(host: $0, probability: chance) }, exclusions: exclusions,
            chosen: feasible.randomElement(using: &generator))
    }

    /// Everything that stands against a host; empty when it can take the container.
    public func reasons(against host: Host, for request: PlacementRequest) -> [ExclusionReason] {
        var reasons: [ExclusionReason] = []
        let load = loads[host.name] ?? HostLoad()
        let runtime = request.spec.runtime
        let free = host.capacity.memoryBytes - load.memoryBytes
        if host.name == request.source { reasons.append(.sameHost) }
        if let requested = request.requested, host.name != requested { reasons.append(.notRequested) }
        if host.role != .worker { reasons.append(.wrongRole(host.role)) }
        if host.state != .ready { reasons.append(.notReady(host.state)) }
        if !host.facts.runtimes.contains(runtime) { reasons.append(.runtimeMissing(runtime)) }
        // A new container needs it too: where it cannot be dumped it could never leave.
        if runtime == .runc, host.facts.criuVersion == nil { reasons.append(.criuMissing) }
        if let architecture = request.architecture, host.facts.architecture != architecture {
            reasons.append(.differentArchitecture(host.facts.architecture))
        }
        if load.containers >= host.capacity.containers {
            reasons.append(.containersFull(limit: host.capacity.containers))
        }
        if free < request.spec.limits.memoryBytes { reasons.append(.memoryFull(freeBytes: max(0, free))) }
        if busy.contains(host.name) { reasons.append(.relocating) }
        return reasons
    }
}
