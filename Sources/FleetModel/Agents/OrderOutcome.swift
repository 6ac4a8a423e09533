/// How an order ended, as an agent reports it.
public struct OrderOutcome: Codable, Sendable, Hashable {
    /// Which order.
    public var id: OrderID
    /// How it ended.
    public var result: OrderResult
    /// How long the agent took, in milliseconds.
    public var durationMilliseconds: Double
    /// The parts of it that were measured, in milliseconds, such as `frozen`.
    public var timings: StepTimings

    /// How an order ended.
    public init(id: OrderID, result: OrderResult, durationMilliseconds: Double, timings: StepTimings = [:]) {
        self.id = id
        self.result = result
        self.durationMilliseconds = durationMilliseconds
        self.timings = timings
    }
}

/// Done, with what was asked for, or not done, with the reason.
public enum OrderResult: Codable, Sendable, Hashable {
    /// Done.
    case succeeded(AgentReport)
    /// Not done.
    case failed(StepFailure)
}

/// What an order that was carried out gives back.
public enum AgentReport: Codable, Sendable, Hashable {
    /// Nothing more than that it was done.
    case done
    /// `checkpoint`: the size of the dump in bytes, and the connections that the container had closed and that have not
    /// come to their end. They belong to no process, so they are not in the dump.
    case dumped(bytes: Int, closing: [TCPConnection]?)
    /// `trial`: what was found out.
    case mobility(Mobility)
    /// `logs`: the container's last output, UTF-8 with invalid bytes replaced.
    case logs(String)
    /// `inspect`: what is really there.
    case inventory(HostInventory)
    /// `examine`: what the container is.
    case adoptable(AdoptionRecord)
}

/// What is really on a host.
public struct HostInventory: Codable, Sendable, Hashable {
    /// Every container of which the agent holds anything.
    public var containers: [ContainerPresence]
    /// Containers that people started by themselves, with a tenant's label; `nil` when there are none.
    public var adoptable: [AdoptableContainer]?

    /// What is really on a host.
    public init(containers: [ContainerPresence], adoptable: [AdoptableContainer] = []) {
        self.containers = containers
        self.adoptable = adoptable.isEmpty ? nil : adoptable
    }
}

/// What a host has of a container.
public struct ContainerPresence: Codable, Sendable, Hashable {
    /// The container.
    public var name: ContainerName
    /// What there is of it.
    public var state: PresenceState
    /// Its address for new connections.
    public var address: IPv4Address?
    /// Earlier addresses that it still has.
    public var retainedAddresses: [IPv4Address]

    /// What a host has of a container.
    public init(
        name: ContainerName, state: PresenceState, address: IPv4Address?, retainedAddresses: [IPv4Address]
    ) {
        self.name = name
        self.state = state
        self.address = address
        self.retainedAddresses = retainedAddresses
    }
}

/// What there is of a container on a host.
public enum PresenceState: Codable, Sendable, Hashable {
    /// It runs.
    case running
    /// It was dumped for this relocation and ended; what is left is there to revive it or to be retired.
    case dumped(RelocationID)
    /// Made ready for this relocation; nothing runs.
    case prepared(RelocationID)
    /// Restored for this relocation and held; not an instruction has run.
    case held(RelocationID)
    /// Its process ended by itself; with what, when that is known.
    case exited(ProcessExit?)

    /// With what its process has ended, when it has and that is known.
    public var exitStatus: ProcessExit? {
        if case .exited(let status) = self { status } else { nil }
    }
}
