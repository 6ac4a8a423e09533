/// Something that happened in the fleet: the record of actions and the event stream are made of these.
public struct FleetEvent: Codable, Sendable, Hashable {
    /// The event's number, counted up from 1 without gaps.
    public var sequence: Int64
    /// When it happened.
    public var at: Timestamp
    /// Who caused it: `clock`, `control-plane`, `host:NAME`, or an operator's name.
    public var actor: String
    /// What happened.
    public var change: FleetChange

    /// An event.
    public init(sequence: Int64, at: Timestamp, actor: String, change: FleetChange) {
        self.sequence = sequence
        self.at = at
        self.actor = actor
        self.change = change
    }
}

/// What can happen in a fleet. Each case carries the whole new value, so that a reader needs no other source, but for the
/// progress of a relocation, which is told with all of it when it is asked for, begins and ends.
public enum FleetChange: Codable, Sendable, Hashable {
    /// A host enrolled or changed.
    case host(Host)
    /// A host was forgotten.
    case hostForgotten(HostName)
    /// A tenant was added.
    case tenant(Tenant)
    /// A tenant was removed.
    case tenantRemoved(TenantName)
    /// A container was created or changed.
    case container(Container)
    /// A container was removed.
    case containerRemoved(ContainerName)
    /// A relocation was asked for, began or ended.
    case relocation(Relocation)
    /// A relocation went on.
    case progress(RelocationProgress)
    /// A policy was set.
    case policy(PolicyRecord)
    /// A policy was removed.
    case policyRemoved(PolicyName)
    /// An image was imported.
    case image(Image)
    /// The scheduler was paused or resumed.
    case scheduler(paused: Bool)
    /// Something an operator must know of was raised or cleared.
    case alarm(Alarm)
    /// An action was refused; nothing changed.
    case refused(action: String, subject: String, reason: String)

    /// The kind of change as the event stream names it.
    public var kind: EventKind {
        switch self {
        case .host: .host
        case .hostForgotten: .hostForgotten
        case .tenant: .tenant
        case .tenantRemoved: .tenantRemoved
        case .container: .container
        case .containerRemoved: .containerRemoved
        case .relocation: .relocation
        case .progress: .progress
        case .policy: .policy
        case .policyRemoved: .policyRemoved
        case .image: .image
        case .scheduler: .scheduler
        case .alarm: .alarm
        case .refused: .refused
        }
    }
}

/// The kinds of what can happen, as the event stream and the record of actions name them. See the changes of the same names.
public enum EventKind: String, Codable, Sendable, CaseIterable, CustomStringConvertible {
    /// What a host, tenant, container, relocation, policy or image has become, or that it is gone.
    case host, hostForgotten, tenant, tenantRemoved, container, containerRemoved, relocation, progress, policy
    case policyRemoved, image
    /// Something about the fleet as a whole.
    case scheduler, alarm, refused

    /// The kind's name.
    public var description: String { rawValue }
}

/// Something an operator must know of.
public struct Alarm: Codable, Sendable, Hashable {
    /// What kind of alarm.
    public var kind: AlarmKind
    /// The host, container, relocation or policy it is about.
    public var subject: String
    /// What is wrong, in words.
    public var message: String
    /// When it was raised.
    public var raisedAt: Timestamp
    /// When it was over; `nil` while it stands.
    public var clearedAt: Timestamp?

    /// An alarm that was just raised.
    public init(kind: AlarmKind, subject: String, message: String, raisedAt: Timestamp) {
        self.kind = kind
        self.subject = subject
        self.message = message
        self.raisedAt = raisedAt
    }
}

/// What kinds of alarm there are.
public enum AlarmKind: String, Codable, Sendable, CaseIterable {
    /// A container runs nowhere after a failed move.
    case stranded
    /// A host's agent is not heard.
    case unreachable
    /// A container's process ended by itself.
    case exited
    /// A container was to be moved and cannot be.
    case immovable
    /// A container's move waits beyond its deadline; the alarm says who holds the slots that it waits for.
    case heldUp
    /// A container is due to move, and no host may take it.
    case noFeasibleHost
    /// A step that must be done is being repeated without success.
    case stepPending
    /// A finished relocation left something behind that could not be removed yet.
    case leftover
    /// A container has been beside another tenant or group for longer than its policy's assumed attack time, or for longer in
    /// sum than the policy accepts.
    case exposure
    /// Containers under a policy have been beside strangers, whoever they are, for longer in sum than the policy accepts.
    case strangers
    /// The hosts are so alike that moving between them brings almost nothing.
    case monoculture
    /// A host was declared off for good and has not been readmitted, or has not shown yet that it has nothing any more.
    case hostLost
    /// A container was lost with its host, and is not started anew.
    case lost
    /// The gateway's, or a host's, table of tracked connections is nearly full.
    case trackingFull
}
