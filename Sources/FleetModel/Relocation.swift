/// The number of a relocation, counted up from 1.
public struct RelocationID: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// The number.
    public let number: Int64

    /// The relocation with this number.
    public init(_ number: Int64) { self.number = number }

    /// Decodes a number.
    public init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int64.self)
    }

    /// Encodes the number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }

    /// The number as text.
    public var description: String { String(number) }

    /// By number.
    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// One move of one container from one host to another.
public struct Relocation: Codable, Sendable, Hashable {
    /// The relocation's number.
    public var id: RelocationID
    /// The container that moves.
    public var container: ContainerName
    /// Whose container it is.
    public var tenant: TenantName
    /// The host it leaves.
    public var source: HostName
    /// The host it goes to; `nil` until the queue reaches it and a destination is chosen.
    public var destination: HostName?
    /// Why it was started.
    public var trigger: Trigger
    /// Who started it: `clock`, or the operator's name.
    public var actor: String
    /// The operator's reason, if one was given.
    public var reason: String?
    /// How far it is.
    public var state: RelocationState
    /// The address that open connections keep using.
    public var oldAddress: IPv4Address
    /// The address that new connections will use; `nil` until a destination is chosen.
    public var newAddress: IPv4Address?
    /// When it was asked for.
    public var createdAt: Timestamp
    /// When its first step began.
    public var startedAt: Timestamp?
    /// When it ended.
    public var endedAt: Timestamp?
    /// The steps so far, in the order in which they were sent.
    public var steps: [Step]
    /// From sending `steer` to the answer to `release`, on the control plane's clock: no packet reached the container
    /// in this time, so it is an upper bound of the pause that a client sees. `nil` until released.
    public var pauseMilliseconds: Double?
    /// The size of the dump in bytes.
    public var bytes: Int?
    /// Connections that the container had closed and that had not come to their end: the source serves them until they
    /// have. `nil` when there were none.
    public var closing: [TCPConnection]?
    /// What went wrong, when it did not complete, or does not go on.
    public var failure: StepFailure?
    /// Who asked to cancel it; `nil` when nobody did.
    public var cancelledBy: String?
    /// The tenants that are suspected: hosts without them are preferred. `nil` when none is.
    public var avoidTenants: [TenantName]?

    /// A relocation that was just asked for.
    public init(
        id: RelocationID, container: ContainerName, tenant: TenantName, source: HostName, destination: HostName?,
        trigger: Trigger, actor: String, reason: String?, oldAddress: IPv4Address, createdAt: Timestamp
    ) {
        self.id = id
        self.container = container
        self.tenant = tenant
        self.source = source
        self.destination = destination
        self.trigger = trigger
        self.actor = actor
        self.reason = reason
        state = .queued
        self.oldAddress = oldAddress
        self.createdAt = createdAt
        steps = []
    }
}

/// Why a relocation was started.
public enum Trigger: String, Codable, Sendable, CaseIterable {
    /// An operator asked for it.
    case operator_ = "operator"
    /// A detector raised an alert.
    case alert
    /// The host is being drained.
    case drain
    /// The container's time on its host was over.
    case clock
}

/// How far a relocation is.
public enum RelocationState: String, Codable, Sendable, CaseIterable {
    /// It waits for its turn.
    case queued
    /// Its steps are being carried out.
    case running
    /// The steps already done are being undone.
    case rollingBack
    /// The container runs at its destination.
    case completed
    /// Given up before the freeze; the container never stopped.
    case failed
    /// The container runs at its source again, from the dump.
    case rolledBack
    /// The container runs nowhere; the dump is kept.
    case stranded
    /// An operator stopped it before the freeze.
    case cancelled
    /// One of its hosts was lost, and the container with it.
    case lost

    /// Whether nothing more will happen.
    public var isFinal: Bool {
        switch self {
        case .queued, .running, .rollingBack: false
        case .completed, .failed, .rolledBack, .stranded, .cancelled, .lost: true
        }
    }
}
