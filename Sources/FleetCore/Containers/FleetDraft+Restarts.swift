import FleetModel

/// When a container is started anew that does not stay alive: at once at first, then after ever longer pauses.
package enum RestartPause {
    /// The first pause, in seconds. Each further one of a row is twice as long.
    package static let firstSeconds = 1.0
    /// The longest, in seconds.
    package static let longestSeconds = 300.0
    /// How long a life must be in any case to end a row, in seconds.
    package static let leastLifeSeconds = 10.0

    /// The pause before a restart, in seconds.
    /// - Parameter number: which it is in a row, from 1.
    package static func seconds(before number: Int) -> Double {
        // Beyond twenty doublings it is the longest anyhow.
        min(longestSeconds, firstSeconds * Double(1 << min(20, max(0, number - 1))))
    }

    /// Whether a life was long enough for the next restart to be the first of a row: it must have outlasted the last pause
    /// twice, or a container that dies each minute would be started anew each second.
    package static func endsRow(livedSeconds: Double, after count: Int) -> Bool {
        livedSeconds >= max(leastLifeSeconds, count > 0 ? 2 * seconds(before: count) : 0)
    }
}

extension RestartRule {
    /// Whether a container is started anew that has ended so.
    /// - Parameter status: with what its process has ended; `nil` when that is not known, or it was never started.
    package func wants(restartAfter status: ProcessExit?) -> Bool {
        switch self {
        case .never: false
        case .onFailure: status?.isSuccess != true
        case .always: true
        }
    }
}

/// Lives that end: by themselves, or because somebody wants it.
extension FleetDraft {
    /// From which restart in a row on an operator hears of it.
    private static let restartsUntilAlarm = 3

    /// A container's process has ended by itself.
    package mutating func ended(
        _ name: ContainerName, with status: ProcessExit?, _ reason: String
    ) throws(FleetError) {
        try end(name, as: .stopped(reason: reason), status)
    }

    /// A container could not be started.
    package mutating func failedToStart(_ name: ContainerName, _ reason: String) throws(FleetError) {
        try end(name, as: .failed(reason: reason), nil)
    }

    private mutating func end(
        _ name: ContainerName, as end: ContainerState, _ status: ProcessExit?
    ) throws(FleetError) {
        var container = try container(name)
        // Its next life has another place and another address than the move that waits was asked for.
        if let move = state.openRelocation(of: name), move.state == .queued {
            giveUp(move, .notHere, "container '\(name)' does not run any more")
        }
        container.state = end
        container.deadlineAt = nil
        container.restarts.nextAt = nil
        let lived = container.restarts.startedAt.map { now.seconds(since: $0) } ?? 0
        if RestartPause.endsRow(livedSeconds: lived, after: container.restarts.count) { container.restarts.count = 0 }
        container.restarts.startedAt = nil
        if container.restart.wants(restartAfter: status) { schedule(&container) }
        record(.container(container))
        let waits = container.restarts.nextAt.map { "; it is started anew at \($0)" }
        guard waits == nil || container.restarts.count >= Self.restartsUntilAlarm else { return }
        raise(.exited, about: name.text, "container '\(name)' \(Self.words(end))\(waits ?? "")")
    }

    private static func words(_ end: ContainerState) -> String {
        switch end {
        case .stopped(let reason): "stopped: \(reason)"
        case .failed(let reason): "could not be started: \(reason)"
        default: "does not run"
        }
    }

    private func schedule(_ container: inout Container) {
        container.restarts.count += 1
        container.restarts.nextAt = now.advanced(bySeconds: RestartPause.seconds(before: container.restarts.count))
    }

    /// A container that was to be started anew could not be given a place: it is tried again later.
    package mutating func postponeRestart(of name: ContainerName, _ reason: String) throws(FleetError) {
        var container = try container(name)
        guard container.restarts.nextAt != nil else { return }
        schedule(&container)
        record(.container(container))
        raise(.noFeasibleHost, about: name.text, "container '\(name)' cannot be started anew: \(reason)")
    }

    /// A container that was to be started anew is not; the caller records it.
    package mutating func callOffRestart(of container: inout Container) {
        guard container.restarts.nextAt != nil else { return }
        container.restarts.nextAt = nil
        let name = container.name
        clear(.noFeasibleHost, about: name.text)
        raise(.exited, about: name.text, "container '\(name)' \(Self.words(container.state))")
    }

    /// Somebody wants a container's process to end, and no other to be started, or one at once.
    /// - Throws: `FleetError.conflict` when it does not run, or is being moved.
    package mutating func beginStopping(
        _ name: ContainerName, thenStart: Bool, by actor: String
    ) throws(FleetError) -> Container {
        var container = try container(name)
        if let relocation = state.openRelocation(of: name) {
            throw .conflict(
                "container '\(name)' is being moved by relocation \(relocation.id); cancel that or wait for its end")
        }
        switch container.state {
        case .running, .stopping: container.state = .stopping
        case .stopped, .failed:
            guard thenStart || container.restarts.nextAt != nil else {
                throw .conflict("container '\(name)' does not run")
            }
            if !thenStart { container.state = .stopped(reason: "stopped by \(actor)") }
        case .starting, .relocating, .stranded, .removing, .lost:
            throw .conflict("container '\(name)' is \(container.state.word)")
        }
        container.deadlineAt = nil
        container.restarts = Restarts(startedAt: container.restarts.startedAt, nextAt: thenStart ? now : nil)
        record(.container(container))
        if !thenStart { clear(.exited, about: name.text) }
        return container
    }

    /// Its process has been ended.
    package mutating func stopped(_ name: ContainerName, by actor: String) throws(FleetError) {
        guard var container = state.containers[name], container.state == .stopping else { return }
        container.state = .stopped(reason: "stopped by \(actor)")
        container.restarts.startedAt = nil
        record(.container(container))
        clear(.stepPending, about: name.text)
    }
}

extension FleetState {
    /// The containers that are to be started anew, the earliest first.
    package var restartsDue: SortedSet<Due> { index.restarts }
}
