import FleetLedger
import FleetModel
import RelocateTesting

/// A life that a fleet might lead, made of random but lawful changes.
struct FleetLife {
    private(set) var memory = FleetMemory()
    private var generator: SeededGenerator
    private var nextRelocation: Int64 = 1

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func act(at time: Timestamp) throws -> (changes: [FleetChange], notes: [FleetNote]) {
        let (changes, notes) = try choose(at: time)
        for change in changes { memory.apply(change, at: time) }
        for note in notes { memory.apply(note, at: time) }
        return (changes, notes)
    }

    private mutating func choose(at time: Timestamp) throws -> ([FleetChange], [FleetNote]) {
        let number = Int.random(in: 0..<8, using: &generator)
        switch Int.random(in: 0..<13, using: &generator) {
        case 0:
            return (
                [
                    .host(
                        try Some.host(
                            "h\(number)", state: HostState.allCases.randomElement(using: &generator) ?? .ready))
                ], []
            )
        case 1: return ([.tenant(try Some.tenant("t\(number)"))], [])
        case 2, 3: return try container(number, at: time)
        case 4:
            return (memory.containerNames.randomElement(using: &generator).map { [.containerRemoved($0)] } ?? [], [])
        case 5, 6, 7: return try relocation(number, at: time)
        case 8: return (try policy(number), [])
        case 9: return ([.scheduler(paused: number % 2 == 0)], [])
        case 10: return alarm(number, at: time)
        case 11:
            return (
                [.refused(action: "move", subject: "web", reason: "no \(number)")],
                memory.hostNames.randomElement(using: &generator).map { host in
                    number.isMultiple(of: 5)
                        ? [.credentialRevoked(host)]
                        : [.credential(host, SecretHash(of: "secret \(number)"))]
                } ?? []
            )
        default:
            let address = IPv4Address(number: 0x0A58_0000 + UInt32(number))
            let seconds = Double.random(in: 1...20, using: &generator).rounded()
            return ([], [.quarantine(address, until: time.advanced(bySeconds: seconds))])
        }
    }

    private mutating func container(_ number: Int, at time: Timestamp) throws -> ([FleetChange], [FleetNote]) {
        let states: [ContainerState] = [
            .running, .running, .running, .relocating(RelocationID(1)), .removing, .stopped(reason: "end"), .starting,
            .stranded(RelocationID(1)), .failed(reason: "no"), .lost(try HostName("h1")),
        ]
        let state = states.randomElement(using: &generator) ?? .running
        let known = memory.container("c\(number)")
        guard let tenant = known?.spec.tenant ?? memory.tenantNames.randomElement(using: &generator) else {
            return ([], [])
        }
        // Half of the changes leave the container where it is.
        if var known, Bool.random(using: &generator) {
            known.state = state
            return ([.container(known)], [])
        }
        let host = memory.hostNames.randomElement(using: &generator)
        let arrivedAt = [nil, time, time].randomElement(using: &generator) ?? nil
        return (
            [
                .container(
                    try Some.container(
                        "c\(number)", tenant: tenant.text, host: host?.text, state: state, arrivedAt: arrivedAt))
            ], []
        )
    }

    private mutating func policy(_ number: Int) throws -> [FleetChange] {
        if number < 2, let name = memory.policyNames.randomElement(using: &generator) { return [.policyRemoved(name)] }
        let name = try PolicyName("p\(number % 3)")
        let version = (memory.policyVersions[name] ?? 0) + 1
        return [.policy(try Some.policy(name.text, version, seconds: Double(number + 10)))]
    }

    private mutating func relocation(_ number: Int, at time: Timestamp) throws -> ([FleetChange], [FleetNote]) {
        let open = memory.relocations.values.filter { !$0.state.isFinal }.sorted { $0.id < $1.id }
        guard number > 2, let before = open.randomElement(using: &generator) else {
            defer { nextRelocation += 1 }
            let trigger = Trigger.allCases.randomElement(using: &generator) ?? .clock
            return (
                [
                    .relocation(
                        try Some.relocation(
                            nextRelocation, container: "c\(number)", tenant: "t\(number % 3)", source: "h\(number % 4)",
                            destination: number == 0 ? nil : "h\(number % 4 + 1)", trigger: trigger, at: time))
                ], []
            )
        }
        let kind = StepKind.allCases.randomElement(using: &generator) ?? .prepare
        var relocation = before
        if let last = relocation.steps.indices.last, number.isMultiple(of: 2) {
            relocation.steps[last].state = .succeeded
        }
        relocation.steps.append(try Some.step(kind, "h1", number == 3 ? .failed : .sent))
        relocation.state = RelocationState.allCases.randomElement(using: &generator) ?? .running
        if number == 4 { relocation.pauseMilliseconds = Double.random(in: 0...99, using: &generator) }
        if number == 5 { relocation.failure = StepFailure(code: .dumpRefused, message: "no \"\(kind)\"") }
        if number == 6 { relocation.closing = [] }
        if relocation.state.isFinal { relocation.endedAt = time }
        // As the fleet tells it, and sometimes whole.
        guard number < 7, let progress = RelocationProgress(of: relocation, since: before) else {
            return ([.relocation(relocation)], [])
        }
        return ([.progress(progress)], [])
    }

    private func alarm(_ number: Int, at time: Timestamp) -> ([FleetChange], [FleetNote]) {
        var alarm = Alarm(
            kind: number < 4 ? .exited : .leftover, subject: "c\(number % 2)", message: "!", raisedAt: time)
        if number % 3 == 0 { alarm.clearedAt = time }
        return ([.alarm(alarm)], [])
    }
}

extension Ledger {
    /// All stays that end at a time or later, in the order of their arrivals.
    func residences(since time: Timestamp) async throws -> [Residence] {
        try await residences(since: time, into: []) { $0.append($1) }
    }

    /// All stays that it holds, by arrival.
    func everyResidence() async throws -> [Residence] {
        try await residences(since: Timestamp(milliseconds: 0)).inOrder
    }
}
