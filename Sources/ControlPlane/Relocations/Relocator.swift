import FleetCore
import FleetLedger
import FleetModel
import Logging
import MovingTarget

/// Lets relocations wait for their turn, starts them within the limits, and has each driven to its end.
actor Relocator {
    private nonisolated let fleet: Fleet
    private let agents: AgentRegistry
    private nonisolated let containerNetwork: IPv4Network
    private let times: StepTimes
    private let listing: CandidateListing
    private let death: SuddenDeath
    private let supervisor: Supervisor
    private let logger: Logger
    private var queue = StartQueue()
    private var driven: Set<RelocationID> = []
    private var isStopped = false
    /// Whether somebody starts what may start, and whether there may be more by now.
    private var isLooking = false
    private var mustLook = false
    /// Looks at the queue again when a limit that concerns time lets something start.
    private var alarmClock: Task<Void, Never>?

    init(
        fleet: Fleet, agents: AgentRegistry, containerNetwork: IPv4Network, times: StepTimes,
        listing: CandidateListing, death: SuddenDeath, supervisor: Supervisor, logger: Logger
    ) {
        self.fleet = fleet
        self.agents = agents
        self.containerNetwork = containerNetwork
        self.times = times
        self.listing = listing
        self.death = death
        self.supervisor = supervisor
        self.logger = logger
    }

    // MARK: Requests

    /// How many relocations are open when nobody may ask for more. Clocks and drains do, or containers would stay for too
    /// long.
    private static let mostOpen = 10_000

    /// Puts a relocation into the queue. One of the same container that waits there and is less urgent makes way for it.
    /// - Throws: `FleetError` when the container cannot be moved, or not there; `Overload` when too many are open already.
    func request(_ wanted: RelocationRequest) async throws -> Relocation {
        let exposure = fleet.exposure
        let (relocation, replaced) =
            switch wanted.trigger {
            case .clock, .drain:
                try await fleet.change(by: wanted.actor) { try $0.enqueue(wanted, exposure: exposure) }
            case .operator_, .alert:
                try await fleet.request(by: wanted.actor) { draft in
                    guard draft.state.relocations.count < Self.mostOpen else {
                        throw Overload(description: "\(Self.mostOpen) relocations are open already")
                    }
                    return try draft.enqueue(wanted, exposure: exposure)
                }
            }
        if let replaced { queue.cancel(replaced) }
        queue.add(fleet.snapshot.waiting(relocation), at: .now)
        await startWhatMay()
        return fleet.snapshot.relocations[relocation.id] ?? relocation
    }

    /// What a request would lead to, without doing it.
    nonisolated func preview(_ wanted: RelocationRequest) throws -> PlacementDecision {
        let state = fleet.snapshot
        let now = Timestamp.now
        let (container, source) = try state.movable(wanted, at: now, exposure: fleet.exposure)
        return state.decision(
            moving: container, from: source, requested: wanted.to, avoidTenants: wanted.avoidTenants, busy: [], at: now,
            exposure: fleet.exposure
        ).decision
    }

    /// The clock says that a container's stay is over. If its policy lets it stay while it is alone, and it was, a new
    /// stay begins where it is.
    func clockIsUp(for name: ContainerName) async throws {
        let state = fleet.snapshot
        if let container = state.containers[name], state.policy(of: container).placement.skipIfAlone,
            fleet.exposure.read({ $0.wasAlone(name) })
        {
            try await fleet.change(by: "clock") { draft in
                let now = draft.now
                let deadline = draft.state.deadline(of: try draft.container(name), arrivedAt: now, at: now)
                try draft.update(name) { $0.deadlineAt = deadline }
            }
            return
        }
        _ = try await request(RelocationRequest(container: name, to: nil, trigger: .clock, actor: "clock"))
    }

    /// Stops the relocations that wait for a host to be drained.
    func cancelDrain(of host: HostName, by actor: String) async throws {
        let waiting = fleet.snapshot.openRelocations(at: host).filter {
            $0.source == host && $0.trigger == .drain && $0.state == .queued
        }
        for relocation in waiting { _ = try await cancel(relocation.id, by: actor) }
    }

    /// Stops a relocation that has not come to the freeze yet.
    /// - Throws: `FleetError.conflict` when it has.
    func cancel(_ id: RelocationID, by actor: String) async throws -> Relocation {
        let relocation = try await fleet.request(by: actor) { draft in
            guard var relocation = draft.state.relocations[id] else {
                throw FleetError.conflict("relocation \(id) has ended already")
            }
            guard !relocation.steps.contains(where: { $0.kind == .steer }) else {
                throw FleetError.conflict("relocation \(id) has come to the freeze and will end by itself")
            }
            relocation.cancelledBy = actor
            if relocation.state == .queued { draft.callOff(&relocation) }
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
        let events = fleet.feed.watch(.relocation(id))
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
    /// - Parameter recent: the pauses of the last hour: they count.
    func resume(after recent: [Pause]) async {
        for pause in recent { queue.notePause(seconds: pause.milliseconds / 1000, of: pause.tenant, at: pause.endedAt) }
        for relocation in fleet.snapshot.relocations.values.sorted(by: { $0.id < $1.id })
        where !driven.contains(relocation.id) {
            if relocation.state == .queued {
                queue.add(fleet.snapshot.waiting(relocation), at: .now)
            } else {
                logger.notice("resuming", metadata: ["relocation": "\(relocation.id)"])
                queue.resume(
                    relocation.id, tenant: relocation.tenant, source: relocation.source,
                    destination: relocation.destination, at: .now)
                drive(relocation.id, isResumed: true)
            }
        }
        await startWhatMay()
    }

    /// Starts waiting relocations, as far as the limits allow. Where others are being started that goes on to these, which
    /// nobody waits for.
    func startWhatMay() async {
        mustLook = true
        guard !isLooking, !isStopped else { return }
        isLooking = true
        mustLook = false
        await look()
        if mustLook { supervisor.run { await self.lookOn() } } else { isLooking = false }
    }

    private func lookOn() async {
        while mustLook, !isStopped {
            mustLook = false
            await look()
        }
        isLooking = false
    }

    /// How many relocations begin in one change of the fleet.
    private static let mostAtOnce = 64
    /// How many alarms about those that wait for too long are raised in one change of the fleet.
    private static let mostNotices = 64
    /// When what waits for an agent is looked at again, in seconds.
    private static let secondsToNextListening = 0.25

    /// Starts as many of those that may as begin in one change.
    private func look() async {
        let now = Timestamp.now
        var turn = Turn(
            state: fleet.snapshot, agents: agents, exposure: fleet.exposure, listing: listing,
            network: containerNetwork, now: now)
        let before = turn.state
        while turn.endings.count < Self.mostAtOnce {
            let action = queue.next(
                at: now, limits: turn.state.startLimits, sharing: { before.hasOthers(than: $0, on: $1) },
                choose: { turn.choose($0, busy: $1) })
            switch action {
            case .wait(let until):
                // Nothing tells when an agent's link is there again.
                let next = turn.hasSilent ? now.advanced(bySeconds: Self.secondsToNextListening) : nil
                let overdue = queue.overdue(at: now, most: Self.mostNotices)
                startAgain(at: [until, next, queue.nextNotice].compactMap(\.self).min(), from: now)
                await carryOut(turn.endings)
                return await notice(overdue)
            case .giveUp(let waiting): turn.end(waiting, at: nil)
            case .start(let waiting, let destination): turn.end(waiting, at: destination)
            }
        }
        mustLook = true
        await carryOut(turn.endings)
    }

    /// Says of relocations that they wait beyond their containers' deadlines, and who holds what they wait for.
    private func notice(_ overdue: [StartQueue.Waiting]) async {
        guard !overdue.isEmpty else { return }
        let state = fleet.snapshot
        let waits = overdue.map { waiting in
            (
                waiting,
                queue.obstacle(
                    to: waiting, limits: state.startLimits, sharing: { state.hasOthers(than: $0, on: $1) })
            )
        }
        do {
            try await fleet.change(by: "relocator") { draft in
                for (waiting, obstacle) in waits {
                    draft.noticeWait(waiting, for: obstacle?.0, heldBy: obstacle?.holders ?? [])
                }
            }
        } catch {
            // They are looked at again.
            logger.error("cannot raise an alarm", metadata: ["waiting": "\(overdue.count)", "error": "\(error)"])
        }
    }

    /// Lets those begin, or end, whose turn has come.
    private func carryOut(_ endings: [Turn.Ending]) async {
        guard !endings.isEmpty else { return }
        let network = containerNetwork
        do {
            let begun = try await fleet.change(by: "relocator") { draft in
                endings.map { $0.apply(to: &draft, in: network) }
            }
            for (ending, beginning) in zip(endings, begun) {
                switch beginning {
                case .begun: drive(ending.waiting.id, isResumed: false)
                case .ended: queue.end(ending.waiting.id, at: .now)
                case .silent:
                    queue.end(ending.waiting.id, at: .now)
                    queue.add(ending.waiting, at: .now)
                    mustLook = true
                }
            }
        } catch {
            logger.error("cannot start relocations", metadata: ["error": "\(error)"])
            // Nothing has happened. They wait until the ledger can be written again.
            for ending in endings {
                queue.end(ending.waiting.id, at: .now)
                queue.add(ending.waiting, at: .now)
            }
            startAgain(at: Timestamp.now.advanced(bySeconds: 1), from: .now)
        }
    }

    private func startAgain(at time: Timestamp?, from now: Timestamp) {
        alarmClock?.cancel()
        guard let time else { return }
        alarmClock = Task {
            try? await Task.sleep(for: .seconds(time.seconds(since: now)))
            if !Task.isCancelled { await startWhatMay() }
        }
    }

    /// Drives a relocation to its end, unless that is being done already.
    /// - Parameter isResumed: whether another control plane has begun it.
    private func drive(_ id: RelocationID, isResumed: Bool) {
        guard !isStopped, driven.insert(id).inserted else { return }
        let run = RelocationRun(
            id: id, isResumed: isResumed, fleet: fleet, agents: agents, times: times, death: death, logger: logger)
        let tenant = fleet.snapshot.relocations[id]?.tenant
        supervisor.run {
            let pause = await run.run()
            await self.ended(id, of: tenant, pauseSeconds: pause)
        }
    }

    private func ended(_ id: RelocationID, of tenant: TenantName?, pauseSeconds: Double?) async {
        driven.remove(id)
        queue.end(id, at: .now)
        if let tenant, let pauseSeconds { queue.notePause(seconds: pauseSeconds, of: tenant, at: .now) }
        await startWhatMay()
    }

    /// Starts nothing more. What is being driven goes on with the next start.
    func stop() async {
        isStopped = true
        alarmClock?.cancel()
        await alarmClock?.value
    }
}
