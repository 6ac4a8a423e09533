import FleetModel

/// Which events to read from the record of actions. Conditions that are `nil` exclude nothing.
public struct EventQuery: Sendable, Hashable {
    /// Only what this actor did.
    public var actor: String?
    /// Only what happened to this subject (`FleetChange.subject`).
    public var subject: String?
    /// Only these kinds (`FleetChange.kind`).
    public var kinds: Set<String>?
    /// Only what happened at this time or later.
    public var since: Timestamp?
    /// Only what happened before this time.
    public var until: Timestamp?
    /// Where an earlier page ended.
    public var cursor: PageCursor?
    /// The most events on the page, 1 to 1000.
    public var limit: Int

    /// Which events to read.
    public init(
        actor: String? = nil, subject: String? = nil, kinds: Set<String>? = nil, since: Timestamp? = nil,
        until: Timestamp? = nil, cursor: PageCursor? = nil, limit: Int = 100
    ) {
        self.actor = actor
        self.subject = subject
        self.kinds = kinds
        self.since = since
        self.until = until
        self.cursor = cursor
        self.limit = limit
    }
}

extension FleetChange {
    /// What the change is about, as the record of actions names it: a name, an image's digest, or the kind itself
    /// where there is only one. A relocation is about its container.
    public var subject: String {
        switch self {
        case .host(let host): host.name.text
        case .hostForgotten(let name): name.text
        case .tenant(let tenant): tenant.name.text
        case .tenantRemoved(let name): name.text
        case .container(let container): container.name.text
        case .containerRemoved(let name): name.text
        case .relocation(let relocation): relocation.container.text
        case .progress(let progress): progress.container.text
        case .image(let image): image.digest.description
        case .alarm(let alarm): alarm.subject
        case .refused(_, let subject, _): subject
        case .policy(let record): record.name.text
        case .policyRemoved(let name): name.text
        case .scheduler: kind.rawValue
        }
    }
}
