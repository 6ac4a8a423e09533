import FleetModel

/// Containers that do not let themselves be moved.
extension FleetDraft {
    /// How often in a row something that is mostly over at the next moment may stand in the way of moves, before it counts as
    /// what will always do so.
    private static let mostMoments = 3

    /// A trial or a move has shown that a container cannot be moved as it is; the caller records it. The deadline that it had is
    /// kept: whoever lets himself be moved again is late, and does not begin a new stay.
    package mutating func refuses(_ container: inout Container, because reason: String, log: String) {
        count(reason, against: &container)
        stick(&container, because: reason, log: log)
    }

    private func stick(_ container: inout Container, because reason: String, log: String) {
        container.mobility = .immovable(reason: reason, log: log)
        container.deadlineAt = nil
    }

    /// A move of a container has failed; the caller records it.
    mutating func moveFailed(_ container: inout Container, _ failure: StepFailure?) {
        if let failure, failure.code.isRefusal {
            let count = count(failure.message, against: &container)
            if failure.code == .dumpRefused || count >= Self.mostMoments {
                return stick(&container, because: failure.message, log: failure.toolMessage)
            }
        }
        container.deadlineAt = retry(of: container)
    }

    /// - Returns: how many there are with this one.
    @discardableResult
    private func count(_ reason: String, against container: inout Container) -> Int {
        let before = container.refusals
        let refusals = Refusals(
            since: before?.since ?? now, count: (before?.count ?? 0) + 1, reason: reason,
            dueAt: before?.dueAt ?? container.deadlineAt)
        container.refusals = refusals
        return refusals.count
    }

    /// A trial has shown that a container can be moved; the caller records it. That it has refused to before is forgotten when it
    /// was moved, and so is the alarm: trials do not find everything.
    package mutating func canMove(_ container: inout Container) {
        let wasStuck = container.mobility.isImmovable
        container.mobility = .movable
        guard wasStuck, container.state == .running, let arrivedAt = container.arrivedAt else { return }
        container.deadlineAt =
            container.refusals?.dueAt ?? state.deadline(of: container, arrivedAt: arrivedAt, at: now)
    }

    /// It is on another host, or lives anew: what it has refused before does not count.
    package mutating func forgetRefusals(of container: inout Container) {
        container.refusals = nil
        clear(.immovable, about: container.name.text)
    }

    /// Says that a container was to be moved by now and cannot be.
    package mutating func noticeOverdue(_ container: Container) {
        guard let refusals = container.refusals, let dueAt = refusals.dueAt else { return }
        // Not with how often, or each trial would raise it anew.
        raise(
            .immovable, about: container.name.text,
            "container '\(container.name)' was to leave host '\(container.host?.text ?? "")' at \(dueAt) and cannot be moved: "
                + refusals.reason)
    }

    /// When a container is to move whose move has failed. The longer it has been there, the longer the pauses between its
    /// moves, which are never long beside its stay.
    /// - Parameter share: the pause as a share of the stay.
    func retry(of container: Container, after share: Double = 0.1) -> Timestamp? {
        let stay = container.arrivedAt.map { now.seconds(since: $0) } ?? 0
        let soonest = now.advanced(bySeconds: min(max(stay * share, 5), 300))
        return container.deadlineAt.map { max($0, soonest) }
    }

    /// Begins to start a container cold on another host, because it cannot be moved to one.
    /// - Parameter leaving: where it may go.
    /// - Throws: `FleetError.conflict` when there is no such host: it runs on, then.
    package mutating func beginStarting(
        _ name: ContainerName, _ leaving: Leaving, by actor: String
    ) throws(FleetError) -> Container {
        let container = try container(name)
        let decision = state.decision(starting: container, requested: nil, leaving: leaving, at: now).decision
        guard decision.chosen != nil else { throw .conflict(decision.words) }
        var stopping = try beginStopping(name, thenStart: true, by: actor)
        stopping.restarts.leaving = leaving
        record(.container(stopping))
        return stopping
    }
}

extension FailureCode {
    /// Whether it was the container, or what its program does, that has kept a move from being made.
    fileprivate var isRefusal: Bool {
        switch self {
        case .dumpRefused, .fleetingFile, .clientsWaiting, .tookTooLong: true
        default: false
        }
    }
}

extension FleetState {
    /// The containers that were to be moved by now and cannot be, and that nobody wants to stay.
    package func overdueStuckContainers(at now: Timestamp) -> [Container] {
        guard !isPaused else { return [] }
        return stuckContainers.filter { container in
            container.refusals?.dueAt.map { $0 <= now } == true && !container.isPaused && container.pin(at: now) == nil
                && tenants[container.spec.tenant]?.isPaused != true
        }
    }

    /// The containers of strangers on the host of one that cannot be moved, as far as they can be.
    package func victims(beside container: Container, at now: Timestamp) -> [ContainerName] {
        guard let host = container.host else { return [] }
        let party = party(of: container.spec.tenant)
        return containers(on: host).filter { other in
            self.party(of: other.spec.tenant) != party && other.state == .running && other.mobility == .movable
                && other.pin(at: now) == nil && openRelocation(of: other.name) == nil
        }.map(\.name)
    }
}
