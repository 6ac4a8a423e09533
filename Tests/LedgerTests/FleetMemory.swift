import FleetModel
import Ledger
import RelocateTesting

/// What a fleet's memory holds after changes: the simplest thing that the ledger must agree with.
struct FleetMemory {
    private var hosts: [HostName: HostRecord] = [:]
    private var tenants: [TenantName: Tenant] = [:]
    private var containers: [ContainerName: Container] = [:]
    private(set) var relocations: [RelocationID: Relocation] = [:]
    private var quarantine: [IPv4Address: Timestamp] = [:]
    private var policies: [PolicyName: PolicyRecord] = [:]
    private(set) var policyVersions: [PolicyName: Int] = [:]
    private var open: [ContainerName: Residence] = [:]
    private var residences: [Residence] = []
    private var isPaused = false
    private var alarms: [String: Alarm] = [:]

    mutating func apply(_ change: FleetChange, at time: Timestamp) {
        switch change {
        case .host(let host): hosts[host.name, default: HostRecord(host: host)].host = host
        case .hostForgotten(let name): hosts[name] = nil
        case .tenant(let tenant): tenants[tenant.name] = tenant
        case .tenantRemoved(let name): tenants[name] = nil
        case .container(let container):
            containers[container.name] = container
            follow(container.name, container.residence, at: time)
        case .containerRemoved(let name):
            containers[name] = nil
            follow(name, nil, at: time)
        case .relocation(let relocation): relocations[relocation.id] = relocation
        case .progress(let progress): relocations[progress.id]?.take(progress)
        case .policy(let record):
            policies[record.name] = record
            policyVersions[record.name] = record.version
        case .policyRemoved(let name): policies[name] = nil
        case .scheduler(let paused): isPaused = paused
        case .alarm(let alarm):
            alarms["\(alarm.kind.rawValue) \(alarm.subject)"] = alarm.clearedAt == nil ? alarm : nil
        case .image, .refused: break
        }
    }

    private mutating func follow(_ name: ContainerName, _ residence: Residence?, at time: Timestamp) {
        guard open[name] != residence else { return }
        // What has ended does not begin again.
        let residence = residence.flatMap { new in
            residences.contains { $0.isSameStay(as: new) } ? nil : new
        }
        if var ended = open.removeValue(forKey: name) {
            ended.leftAt = time
            residences.append(ended)
        }
        open[name] = residence
    }

    /// All stays, those that go on among them, by arrival.
    var allResidences: [Residence] { (residences + open.values).inOrder }

    mutating func apply(_ note: FleetNote, at time: Timestamp) {
        switch note {
        case .credential(let host, let hash): hosts[host]?.credential = hash
        case .credentialRevoked(let host): hosts[host]?.credential = nil
        case .quarantine(let address, let end):
            quarantine = quarantine.filter { $0.value > time }
            quarantine[address] = end
        case .decision: break
        }
    }

    func matches(_ record: FleetRecord) -> Bool {
        record.hosts == hosts.values.sorted { $0.host.name < $1.host.name }
            && record.tenants == tenants.values.sorted { $0.name < $1.name }
            && record.containers == containers.values.sorted { $0.name < $1.name }
            && record.openRelocations == relocations.values.filter { !$0.state.isFinal }.sorted { $0.id < $1.id }
            && record.quarantine == quarantine
            && record.policies == policies.values.sorted { $0.name < $1.name }
            && record.lastPolicyVersions == policyVersions
            && record.schedulerPaused == isPaused && Set(record.alarms) == Set(alarms.values)
            && record.nextRelocation.number == (relocations.keys.max()?.number ?? 0) + 1
    }

    func container(_ name: String) -> Container? { containers.values.first { $0.name.text == name } }

    var hostNames: [HostName] { hosts.keys.sorted() }
    var tenantNames: [TenantName] { tenants.keys.sorted() }
    var containerNames: [ContainerName] { containers.keys.sorted() }
    var policyNames: [PolicyName] { policies.keys.sorted() }
}

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

extension Residence {
    func isSameStay(as other: Residence) -> Bool {
        (container, tenant, host, arrivedAt) == (other.container, other.tenant, other.host, other.arrivedAt)
    }
}

extension [Residence] {
    /// By arrival; who arrived at one instant, by name.
    var inOrder: [Residence] { sorted { ($0.arrivedAt, $0.container) < ($1.arrivedAt, $1.container) } }
}

extension Ledger {
    /// All stays that it holds, by arrival.
    func everyResidence() throws -> [Residence] {
        var found: [Residence] = []
        try forEachResidence(since: Timestamp(milliseconds: 0)) { found.append($0) }
        return found.inOrder
    }
}
