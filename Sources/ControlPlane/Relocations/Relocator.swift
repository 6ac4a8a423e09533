import FleetModel
import Logging
import MovingTarget

/// What somebody wants moved.
struct RelocationRequest: Sendable {
    /// The container.
    var container: ContainerName
    /// Where it is to go; `nil` for any host that may take it.
    var to: HostName?
    /// Why.
    var trigger: Trigger
    /// Who wants it.
    var actor: String
    /// What they said about it.
    var reason: String?
}

/// Lets relocations wait for their turn, starts them within the limits, and drives each in a task of its own.
actor Relocator {
    private nonisolated let fleet: Fleet
    private let agents: AgentRegistry
    private nonisolated let containerNetwork: IPv4Network
    private let times: StepTimes
    private let death: SuddenDeath
    private let logger: Logger
    private var queue = StartQueue()
    private var tasks: [RelocationID: Task<Void, Never>] = [:]

    init(
        fleet: Fleet, agents: AgentRegistry, containerNetwork: IPv4Network, times: StepTimes, death: SuddenDeath,
        logger: Logger
    ) {
        self.fleet = fleet
        self.agents = agents
        self.containerNetwork = containerNetwork
        self.times = times
        self.death = death
        self.logger = logger
    }

    // MARK: Requests

    /// Puts a relocation into the queue.
    /// - Throws: `FleetError` when the container cannot be moved, or not there.
    func request(_ wanted: RelocationRequest) async throws -> Relocation {
        let relocation = try await fleet.change(by: wanted.actor) { draft in
            let (container, source) = try draft.state.movable(wanted)
            guard let address = container.address else {
                throw FleetError.conflict("container '\(container.name)' has no address yet")
            }
            let relocation = Relocation(
                id: RelocationID(draft.state.nextRelocation), container: container.name, tenant: container.spec.tenant,
                source: source, destination: wanted.to, trigger: wanted.trigger, actor: wanted.actor,
                reason: wanted.reason, oldAddress: address, createdAt: draft.now)
            draft.record(.relocation(relocation))
            return relocation
        }
        queue.add(relocation.waiting)
        await startWhatMay()
        return fleet.snapshot.relocations[relocation.id] ?? relocation
    }

    /// What a request would lead to, without doing it.
    nonisolated func preview(_ wanted: RelocationRequest) throws -> PlacementDecision {
        let state = fleet.snapshot
        let (container, source) = try state.movable(wanted)
        return try state.decision(moving: container, from: source, requested: wanted.to, busy: [])
    }

    /// Stops a relocation that has not come to the freeze yet.
    /// - Throws: `FleetError.conflict` when it has.
    func cancel(_ id: RelocationID, by actor: String) async throws -> Relocation {
        let relocation = try await fleet.change(by: actor) { draft in
            guard var relocation = draft.state.relocations[id] else {
                throw FleetError.conflict("relocation \(id) has ended already")
            }
            guard !relocation.steps.contains(where: { $0.kind == .checkpoint }) else {
                throw FleetError.conflict("relocation \(id) has come to the freeze and will end by itself")
            }
            relocation.cancelledBy = actor
            if relocation.state == .queued {
                relocation.state = .cancelled
                relocation.endedAt = draft.now
            }
            draft.record(.relocation(relocation))
            return relocation
        }
        if relocation.state == .cancelled {
            queue.cancel(id)
            await startWhatMay()
        }
        return relocation
    }

    /// Waits for the end of a relocation.
    /// - Returns: the relocation as it is then; `nil` when nothing of it was seen in time.
    nonisolated func wait(for id: RelocationID, atMost limit: Duration) async throws -> Relocation? {
        guard limit > .zero else { return nil }
        let events = fleet.feed.watch()
        guard fleet.snapshot.relocations[id] != nil else { return nil }
        return await firstValue(within: limit) {
            for await event in events {
                if case .relocation(let relocation) = event.change, relocation.id == id, relocation.state.isFinal {
                    return relocation
                }
            }
            return nil
        }
    }

    // MARK: Turns

    /// Goes on with what a control plane that ended had begun.
    func resume() async {
        for relocation in fleet.snapshot.relocations.values.sorted(by: { $0.id < $1.id }) {
            if relocation.state == .queued {
                queue.add(relocation.waiting)
            } else {
                logger.notice("resuming", metadata: ["relocation": "\(relocation.id)"])
                queue.resume(
                    relocation.id, tenant: relocation.tenant, source: relocation.source,
                    destination: relocation.destination)
                drive(relocation.id)
            }
        }
        await startWhatMay()
    }

    /// Starts waiting relocations, as far as the limits allow.
    func startWhatMay() async {
        while true {
            let state = fleet.snapshot
            let action = queue.next(limits: state.policy.limits) { waiting, busy in
                Self.choose(for: waiting, busy: busy, in: state)
            }
            switch action {
            case .wait: return
            case .giveUp(let waiting):
                await giveUp(waiting.id)
            case .start(let waiting, let destination):
                if await begin(waiting.id, at: destination) {
                    drive(waiting.id)
                } else {
                    queue.end(waiting.id)
                }
            }
        }
    }

    private static func choose(
        for waiting: StartQueue.Waiting, busy: Set<HostName>, in state: FleetState
    ) -> StartQueue.Choice {
        guard let decision = try? state.decision(for: waiting.id, requested: waiting.destination, busy: busy) else {
            return .nowhere
        }
        if let chosen = decision.chosen { return .host(chosen) }
        return decision.exclusions.contains(where: \.isTemporary) ? .later : .nowhere
    }

    /// Gives a relocation its destination and its address.
    /// - Returns: whether it can be driven now. When not, it has ended, or is ended by the next start.
    private func begin(_ id: RelocationID, at destination: HostName) async -> Bool {
        let network = containerNetwork
        do {
            return try await fleet.change(by: "relocator") { draft in
                guard var relocation = draft.state.relocations[id], relocation.state == .queued,
                    let container = draft.state.containers[relocation.container]
                else { return false }
                guard container.state == .running else {
                    draft.giveUp(relocation, .notHere, "container '\(container.name)' does not run any more")
                    return false
                }
                relocation.destination = destination
                relocation.newAddress = try draft.state.freeAddress(of: network, at: draft.now)
                relocation.state = .running
                relocation.startedAt = draft.now
                draft.record(.relocation(relocation))
                try draft.update(container.name) { $0.state = .relocating(id) }
                return true
            }
        } catch {
            logger.error("cannot start a relocation", metadata: ["relocation": "\(id)", "error": "\(error)"])
            await giveUp(id, because: "\(error)")
            return false
        }
    }

    private func giveUp(_ id: RelocationID, because reason: String? = nil) async {
        do {
            try await fleet.change(by: "relocator") { draft in
                guard let relocation = draft.state.relocations[id], relocation.state == .queued else { return }
                let decision = try? draft.state.decision(for: id, requested: relocation.destination, busy: [])
                let words = reason ?? decision?.words ?? "the container or its host is not in the fleet any more"
                draft.giveUp(relocation, .noFeasibleHost, words)
                draft.raise(.noFeasibleHost, about: relocation.container.text, words)
            }
        } catch {
            logger.critical(
                "cannot record the end of a relocation", metadata: ["relocation": "\(id)", "error": "\(error)"])
        }
    }

    private func drive(_ id: RelocationID) {
        let run = RelocationRun(id: id, fleet: fleet, agents: agents, times: times, death: death, logger: logger)
        tasks[id] = Task {
            await run.run()
            await self.ended(id)
        }
    }

    private func ended(_ id: RelocationID) async {
        tasks[id] = nil
        queue.end(id)
        await startWhatMay()
    }

    /// Ends all tasks, as the end of the process does: what they drive goes on with the next start.
    func stop() {
        for task in tasks.values { task.cancel() }
    }
}

extension Relocation {
    fileprivate var waiting: StartQueue.Waiting {
        StartQueue.Waiting(id: id, trigger: trigger, tenant: tenant, source: source, destination: destination)
    }
}

extension FleetDraft {
    /// Ends a relocation before its first step.
    fileprivate mutating func giveUp(_ relocation: Relocation, _ code: FailureCode, _ message: String) {
        var relocation = relocation
        relocation.state = .failed
        relocation.failure = StepFailure(code: code, message: message)
        relocation.endedAt = now
        record(.relocation(relocation))
        guard var container = state.containers[relocation.container], container.state == .running else { return }
        container.deadlineAt = container.deadlineAt.map { _ in state.deadline(after: now) }
        record(.container(container))
    }
}
