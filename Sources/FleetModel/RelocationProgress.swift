/// How a relocation went on: what is new of it since what was told of it before.
///
/// A move has a dozen steps. To tell all of it at each would be to tell most of it a dozen times.
public struct RelocationProgress: Codable, Sendable, Hashable {
    /// The relocation.
    public var id: RelocationID
    /// The container that moves.
    public var container: ContainerName
    /// How far the relocation is.
    public var state: RelocationState
    /// The steps that have begun, or have an outcome now, in the order in which they were sent.
    public var steps: [PlacedStep]
    /// When its first step began. This and what follows is `nil` when it is as it was.
    public var startedAt: Timestamp?
    /// See `Relocation.pauseMilliseconds`.
    public var pauseMilliseconds: Double?
    /// See `Relocation.bytes`.
    public var bytes: Int?
    /// See `Relocation.closing`.
    public var closing: [TCPConnection]?
    /// See `Relocation.failure`.
    public var failure: StepFailure?
    /// See `Relocation.cancelledBy`.
    public var cancelledBy: String?

    /// What is new of a relocation.
    ///
    /// `nil` when it has got its place in the queue, leaves it or ends, which is told with all of it, and when something else is
    /// new than can be said here.
    public init?(of new: Relocation, since old: Relocation) {
        guard old.state != .queued, !new.state.isFinal else { return nil }
        id = new.id
        container = new.container
        state = new.state
        steps = new.steps.enumerated().lazy
            .filter { $0.offset >= old.steps.count || $0.element != old.steps[$0.offset] }
            .map { PlacedStep(position: $0.offset, step: $0.element) }
        startedAt = new.startedAt == old.startedAt ? nil : new.startedAt
        pauseMilliseconds = new.pauseMilliseconds == old.pauseMilliseconds ? nil : new.pauseMilliseconds
        bytes = new.bytes == old.bytes ? nil : new.bytes
        closing = new.closing == old.closing ? nil : new.closing
        failure = new.failure == old.failure ? nil : new.failure
        cancelledBy = new.cancelledBy == old.cancelledBy ? nil : new.cancelledBy
        var told = old
        told.take(self)
        guard told == new else { return nil }
    }

    /// Whether something other than steps and the state is new.
    public var hasMore: Bool {
        startedAt != nil || pauseMilliseconds != nil || bytes != nil || closing != nil || failure != nil
            || cancelledBy != nil
    }
}

/// A step with its place among all steps of its relocation, counted from 0.
public struct PlacedStep: Codable, Sendable, Hashable {
    /// Its place.
    public var position: Int
    /// The step.
    public var step: Step

    private enum Keys: CodingKey { case position }

    /// A step at its place.
    public init(position: Int, step: Step) {
        self.position = position
        self.step = step
    }

    /// Decodes both from one object.
    public init(from decoder: any Decoder) throws {
        position = try decoder.container(keyedBy: Keys.self).decode(Int.self, forKey: .position)
        step = try Step(from: decoder)
    }

    /// Encodes both into one object.
    public func encode(to encoder: any Encoder) throws {
        try step.encode(to: encoder)
        var fields = encoder.container(keyedBy: Keys.self)
        try fields.encode(position, forKey: .position)
    }
}

extension Relocation {
    /// Takes what is new.
    public mutating func take(_ progress: RelocationProgress) {
        state = progress.state
        for placed in progress.steps {
            if steps.indices.contains(placed.position) {
                steps[placed.position] = placed.step
            } else {
                steps.append(placed.step)
            }
        }
        startedAt = progress.startedAt ?? startedAt
        pauseMilliseconds = progress.pauseMilliseconds ?? pauseMilliseconds
        bytes = progress.bytes ?? bytes
        closing = progress.closing ?? closing
        failure = progress.failure ?? failure
        cancelledBy = progress.cancelledBy ?? cancelledBy
    }
}
