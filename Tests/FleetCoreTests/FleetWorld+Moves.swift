import FleetModel

@testable import FleetCore

// MARK: Containers and moves

extension FleetWorld {
    mutating func start(_ name: ContainerName) throws {
        let network = network
        guard let container = try? change({ try $0.startAnew(name, in: network) }), let host = container.host,
            let address = container.address
        else { return }
        // What follows is written down whenever the ledger can be.
        let wasWhimsical = isLedgerWhimsical
        isLedgerWhimsical = false
        defer { isLedgerWhimsical = wasWhimsical }
        count("starts", "\(name) on \(host)")
        copies[host, default: [:]][name] = Copy(isHeld: false, addresses: [address])
        routes[address] = host
        let now = now
        try change { draft in
            try draft.update(name) { container in
                container.state = .running
                container.mobility = .movable
                container.arrivedAt = now
            }
        }
    }

    mutating func restartLost() throws {
        for name in state.containersToRestart {
            count("restarts")
            try start(name)
        }
        for container in state.containers.values.sorted(by: { $0.name < $1.name })
        where container.state.mayStartAnew && happens(4) {
            try start(container.name)
        }
    }

    mutating func beginMove() throws {
        guard let container = runningOne() else { return }
        let wanted = RelocationRequest(container: container.name, trigger: .operator_, actor: "chance")
        guard let (_, source) = try? state.movable(wanted, at: now, exposure: exposure),
            let destination = state.decision(moving: container, from: source, at: now, exposure: exposure)
                .decision.chosen, heard.contains(source), heard.contains(destination)
        else { return }
        let network = network
        let waits = happens(3)
        let id: RelocationID = try change { [exposure] draft in
            let id = try draft.enqueue(wanted, exposure: exposure).0.id
            if !waits { _ = draft.begin(id, at: destination, nil, in: network) }
            return id
        }
        if waits { queue.insert(id) } else { runs[id] = Run(known: state.relocations[id]?.steps ?? []) }
        count(waits ? "waits" : "moves")
    }

    /// Begins what waits and can be begun, gives up what cannot, and forgets what is over.
    mutating func takeTurns() throws {
        for id in queue.sorted() {
            guard let relocation = state.relocations[id], let container = state.containers[relocation.container] else {
                queue.remove(id)
                continue
            }
            let decision = state.decision(
                moving: container, from: relocation.source, at: now, exposure: exposure
            ).decision
            let network = network
            let hearing = state.hearing(of: state.waiting(relocation), isConnected: heard.contains)
            if hearing == .heard, let destination = decision.chosen, container.state == .running {
                guard heard.contains(destination) else { continue }
                try change { _ = $0.begin(id, at: destination, decision, in: network) }
                runs[id] = Run(known: state.relocations[id]?.steps ?? [])
                count("moves")
            } else {
                guard hearing != .wait else { continue }
                try change { $0.cannotBegin(id, decision, because: nil) }
                count("given up in the queue")
            }
            queue.remove(id)
        }
    }

    private mutating func runningOne() -> Container? {
        state.containers.values.filter { $0.state == .running }.sorted { $0.name < $1.name }
            .randomElement(using: &generator)
    }

    /// Somebody wants a container's process to end.
    mutating func stopOne() throws {
        guard let container = runningOne() else { return }
        let name = container.name
        guard state.openRelocation(of: name) == nil else { return }
        _ = try change { try $0.beginStopping(name, thenStart: false, by: "chance") }
        count("stops")
        try finishStopping()
    }

    /// What is to end has ended where its host is heard; what has stopped is started anew.
    mutating func finishStopping() throws {
        for container in state.containers.values.sorted(by: { $0.name < $1.name }) {
            guard container.state == .stopping, let host = container.host, heard.contains(host) else { continue }
            copies[host]?[container.name] = nil
            try change { try $0.stopped(container.name, by: "chance") }
            try start(container.name)
        }
    }

    mutating func advance() throws {
        guard let id = state.relocations.keys.sorted().randomElement(using: &generator) else { return }
        try turn(id, isCalm: false)
    }

    /// The control plane is ended; the next one knows what is written down.
    mutating func crash() {
        count("crashes")
        queue = Set(state.relocations.values.filter { $0.state == .queued }.map(\.id))
        runs = [:]
        for (id, relocation) in state.relocations where relocation.state != .queued {
            runs[id] = Run(known: relocation.steps, isBehind: RelocationCourse.mayBeBehind(relocation.steps))
        }
    }

    /// One turn of what drives a relocation.
    mutating func turn(_ id: RelocationID, isCalm: Bool) throws {
        guard var relocation = state.relocations[id], var run = runs[id] else { return }
        let losses = state.losses(of: relocation)
        var givenUp = relocation.failure
        var move = next(run, relocation, givenUp, losses)
        if case .send(let intents) = move, RelocationCourse.needsAll(intents), !run.isBehind,
            let away = [relocation.source, relocation.destination].compactMap(\.self).first(where: {
                !heard.contains($0)
            })
        {
            givenUp = state.failure(without: away)
            move = next(run, relocation, givenUp, losses)
            count("given up")
        }
        switch move {
        case .end(let end, let failure):
            count("\(end)", "\(relocation.container) \(relocation.source) \(relocation.destination?.text ?? "")")
            relocation.steps = run.known
            try change { draft in
                relocation.end(end, failure: failure, at: draft.now)
                draft.record(.relocation(relocation))
                try draft.settle(relocation)
            }
            runs[id] = nil
            return
        case .send(let intents):
            let orders = try RelocationOrders(relocation, in: state, leaseSeconds: 30)
            let isWindow = RelocationCourse.isInWindow(intents) && losses.isEmpty && givenUp == nil
            run.known += intents.map { orders.step($0, at: now) }
            // In the window it may be written down later, or never.
            if !isWindow || happens(2) { try write(run.known, relocation, givenUp) }
        case .wait: break
        }
        let open = run.known.filter { $0.state == .sent }
        for var step in open {
            let answer = try carryOut(step, relocation, isCalm: isCalm)
            let isGone = state.hosts[step.host].map { $0.state == .lost } ?? true
            // Asked until answered.
            if answer == .lost, run.isBehind, step.kind.rule.isAskedUntilAnswered, !isGone { continue }
            step.state = answer
            if answer == .failed { step.failure = StepFailure(code: .interrupted, message: "\(step.kind) failed") }
            run.known.take(step)
        }
        runs[id] = run
        let isGood = run.known.allSatisfy { $0.state == .succeeded || $0.state == .sent }
        let isReleased = run.known.contains { $0.kind == .release && $0.state == .succeeded }
        if !isGood || isReleased || happens(2), let present = state.relocations[id] {
            try write(run.known, present, givenUp)
        }
    }

    func next(
        _ run: Run, _ relocation: Relocation, _ givenUp: StepFailure?, _ losses: RelocationCourse.Losses
    ) -> RelocationCourse.Move {
        RelocationCourse.next(
            after: run.known, cancelled: false, parting: false, givenUp: givenUp, losses: losses,
            isBehind: run.isBehind)
    }

    mutating func write(_ steps: [Step], _ before: Relocation, _ givenUp: StepFailure?) throws {
        try change { draft in
            var relocation = before
            let wasReleased = before.steps.contains { $0.kind == .release && $0.state == .succeeded }
            relocation.steps = steps
            relocation.failure = givenUp
            if !wasReleased, steps.contains(where: { $0.kind == .release && $0.state == .succeeded }) {
                try draft.arrive(relocation)
            }
            draft.record(.relocation(relocation))
        }
    }

    /// What an agent makes of a step.
    mutating func carryOut(_ step: Step, _ relocation: Relocation, isCalm: Bool) throws -> StepState {
        let isGateway = state.gateway?.name == step.host
        guard isGateway || heard.contains(step.host) else { return .lost }
        if !isCalm, !isGateway, happens(30) {
            // Its agent goes away, with the step done or not.
            if happens(2) { _ = perform(step, relocation) }
            try silence(step.host, burning: happens(3))
            return .lost
        }
        if !isCalm, happens(25), [.prepare, .checkpoint, .restore].contains(step.kind) { return .failed }
        return perform(step, relocation) ? .succeeded : .failed
    }

    mutating func perform(_ step: Step, _ relocation: Relocation) -> Bool {
        let (name, host) = (relocation.container, step.host)
        let inUse = state.containers[name]?.addresses.union([relocation.oldAddress]) ?? []
        switch step.kind {
        case .checkpoint:
            guard copies[host]?[name]?.isHeld == false else { return dumps.contains(relocation.id) }
            copies[host]?[name] = nil
            dumps.insert(relocation.id)
        case .restore:
            guard dumps.contains(relocation.id) else { return false }
            if copies[host]?[name] == nil { copies[host, default: [:]][name] = Copy(isHeld: true, addresses: []) }
        case .release:
            guard copies[host]?[name] != nil else { return false }
            let all = inUse.union([relocation.newAddress].compactMap(\.self))
            copies[host]?[name] = Copy(isHeld: false, addresses: all)
        case .steer: for address in inUse { routes[address] = relocation.destination }
        case .steerBack: for address in inUse { routes[address] = relocation.source }
        case .announce: if let address = relocation.newAddress { routes[address] = relocation.destination }
        case .revive:
            guard dumps.contains(relocation.id) || copies[host]?[name] != nil else { return false }
            copies[host, default: [:]][name] = Copy(isHeld: false, addresses: inUse)
            dumps.remove(relocation.id)
        case .abandon: copies[host]?[name] = nil
        case .retire, .disarm: dumps.remove(relocation.id)
        case .prepare, .arm, .hush, .settle, .part, .seal: break
        }
        return true
    }
}
