import FleetModel
import MovingTarget
import RelocateTesting

@testable import FleetCore

/// A fleet with what is really there: copies that run, agents that come and go, machines that burn down, and a gateway that
/// leads packets. It is driven by what the fleet's rules say and nothing else; what happens when is left to chance.
struct FleetWorld {
    /// What a machine has of a container.
    struct Copy: Equatable {
        var isHeld: Bool
        var addresses: Set<IPv4Address>
    }

    /// A relocation that is being driven: what is known of it, which may be more than is written down.
    struct Run {
        var known: [Step]
        var isBehind = false
    }

    private(set) var state: FleetState
    private(set) var now = epoch
    private(set) var copies: [HostName: [ContainerName: Copy]] = [:]
    private(set) var dumps: Set<RelocationID> = []
    /// The machines whose agents are there.
    private(set) var heard: Set<HostName>
    private(set) var routes: [IPv4Address: HostName] = [:]
    private(set) var fence: Set<IPv4Address> = []
    private(set) var runs: [RelocationID: Run] = [:]
    /// How often something of interest has happened.
    private(set) var counts: [String: Int] = [:]
    /// The last of it.
    private(set) var trail: [String] = []
    private var generator: SeededGenerator
    private let exposure = ExposureLog()
    private let network: IPv4Network
    private let machines: [Host]

    init(seed: UInt64) throws {
        generator = SeededGenerator(seed: seed)
        network = try IPv4Network("10.88.0.0/24")
        machines = try (0..<5).map { try RandomFleet.host($0) }
        heard = Set(machines.map(\.name))
        state = FleetState(
            FleetRecord(),
            randomness: Randomness(
                clock: .init(SeededGenerator(seed: seed + 1)), placement: .init(SeededGenerator(seed: seed + 2))))
        let tenant = try TenantName("acme")
        try change { [machines] draft in
            for host in machines { draft.record(.host(host)) }
            draft.record(.tenant(Tenant(name: tenant, createdAt: epoch)))
        }
        for number in 0..<6 {
            let spec = ContainerSpec(
                name: try ContainerName("container\(number)"), tenant: tenant, image: "echo",
                digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)), runtime: .simulated)
            var container = Container(spec: spec, state: .stopped(reason: "not started yet"), createdAt: epoch)
            container.onHostLoss = number.isMultiple(of: 3) ? .stay : .restart
            try change { draft in draft.record(.container(container)) }
            try start(spec.name)
        }
    }

    /// Lets one thing happen.
    mutating func step() throws {
        now = now.advanced(bySeconds: happens(40) ? 700 : 0.1)
        switch Int.random(in: 0..<200, using: &generator) {
        case ..<40: try beginMove()
        case ..<158: try advance()
        case ..<160: try silence(burning: false)
        case ..<161: try silence(burning: true)
        case ..<170: try comeBack()
        case ..<174: try declareLost()
        case ..<182: try tellGateway()
        case ..<190: try restartLost()
        case ..<195: try readmit()
        case ..<196: try forget()
        default: crash()
        }
    }

    /// Lets everything come back and to its end.
    mutating func calmDown() throws {
        for _ in 0..<400 {
            try tellGateway()
            for name in machines.map(\.name) where state.hosts[name]?.state == .lost {
                try? change { _ = try $0.readmit(name) }
            }
            for machine in machines where !heard.contains(machine.name) { try enrol(machine) }
            for id in state.relocations.keys.sorted() { try turn(id, isCalm: true) }
            try restartLost()
            for container in state.containers.values where container.state.mayStartAnew { try start(container.name) }
            try notice()
        }
    }

    // MARK: What must be so

    /// What is wrong; empty when nothing is.
    var faults: [String] {
        var faults: [String] = []
        for container in state.containers.values {
            let reachable = copies.filter { host, there in
                guard let copy = there[container.name], !copy.isHeld else { return false }
                return copy.addresses.contains { routes[$0] == host && !fence.contains($0) }
            }
            if reachable.count > 1 { faults.append("\(container.name) is reached on \(reachable.keys.sorted())") }
        }
        var holders: [IPv4Address: ContainerName] = [:]
        for container in state.containers.values {
            for address in container.addresses {
                if let other = holders.updateValue(container.name, forKey: address) {
                    faults.append("\(address) is held by \(other) and \(container.name)")
                }
            }
        }
        for relocation in state.relocations.values {
            if let address = relocation.newAddress, let holder = holders[address], holder != relocation.container {
                faults.append("\(address) is held by \(holder) and promised to \(relocation.container)")
            }
            if state.containers[relocation.container] == nil { faults.append("\(relocation.id) moves nothing") }
            if state.containers[relocation.container]?.state != .relocating(relocation.id) {
                faults.append("\(relocation.id) is open, and its container does not move")
            }
        }
        return faults
    }

    /// Whether a recount gives the indexes that are kept.
    var isCounted: Bool { state.index == FleetIndex(of: state) }

    /// The machines on which a container runs, reached or not.
    func places(of container: ContainerName) -> [HostName] {
        copies.filter { $0.value[container]?.isHeld == false }.keys.sorted()
    }

    // MARK: Chance

    private mutating func happens(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &generator) == 0 }

    private mutating func count(_ what: String, _ details: String = "") {
        counts[what, default: 0] += 1
        trail.append("\(what) \(details)")
        if trail.count > 60 { trail.removeFirst() }
    }

    private mutating func change<Value>(_ body: (inout FleetDraft) throws -> Value) throws -> Value {
        var draft = FleetDraft(state: state, now: now)
        let value = try body(&draft)
        state = draft.state
        return value
    }

    private mutating func worker(_ fits: (Host) -> Bool) -> HostName? {
        state.workers.filter(fits).randomElement(using: &generator)?.name
    }
}

// MARK: Containers and moves

extension FleetWorld {
    private mutating func start(_ name: ContainerName) throws {
        let network = network
        guard let container = try? change({ try $0.startAnew(name, in: network) }), let host = container.host,
            let address = container.address
        else { return }
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

    private mutating func restartLost() throws {
        for name in state.containersToRestart {
            count("restarts")
            try start(name)
        }
        for container in state.containersThatStayLost where happens(4) { try start(container.name) }
    }

    private mutating func beginMove() throws {
        guard
            let container = state.containers.values.filter({ $0.state == .running }).sorted(by: { $0.name < $1.name })
                .randomElement(using: &generator)
        else { return }
        let wanted = RelocationRequest(container: container.name, trigger: .operator_, actor: "chance")
        guard let (_, source) = try? state.movable(wanted, at: now, exposure: exposure),
            let destination = state.decision(moving: container, from: source, at: now, exposure: exposure)
                .decision.chosen, heard.contains(source), heard.contains(destination)
        else { return }
        let network = network
        let id: RelocationID = try change { draft in
            let number = draft.state.nextRelocation
            var relocation = Relocation(
                id: RelocationID(number), container: container.name,
                tenant: container.spec.tenant, source: source, destination: destination, trigger: .operator_,
                actor: "chance", reason: nil, oldAddress: container.address ?? IPv4Address(number: 0),
                createdAt: draft.now)
            let now = draft.now
            relocation.newAddress = try draft.state.freeAddress(of: network, at: now)
            relocation.state = .running
            draft.record(.relocation(relocation))
            try draft.update(container.name) { $0.state = .relocating(relocation.id) }
            return relocation.id
        }
        runs[id] = Run(known: [])
        count("moves")
    }

    private mutating func advance() throws {
        guard let id = state.relocations.keys.sorted().randomElement(using: &generator) else { return }
        try turn(id, isCalm: false)
    }

    /// The control plane is ended; the next one knows what is written down.
    private mutating func crash() {
        count("crashes")
        for (id, relocation) in state.relocations {
            runs[id] = Run(known: relocation.steps, isBehind: RelocationCourse.mayBeBehind(relocation.steps))
        }
    }

    /// One turn of what drives a relocation.
    private mutating func turn(_ id: RelocationID, isCalm: Bool) throws {
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
            if answer == .lost, run.isBehind, RelocationCourse.isAskedUntilAnswered(step.kind), !isGone { continue }
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

    private func next(
        _ run: Run, _ relocation: Relocation, _ givenUp: StepFailure?, _ losses: RelocationCourse.Losses
    ) -> RelocationCourse.Move {
        RelocationCourse.next(
            after: run.known, cancelled: false, parting: false, givenUp: givenUp, losses: losses,
            isBehind: run.isBehind)
    }

    private mutating func write(_ steps: [Step], _ before: Relocation, _ givenUp: StepFailure?) throws {
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
    private mutating func carryOut(_ step: Step, _ relocation: Relocation, isCalm: Bool) throws -> StepState {
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

    private mutating func perform(_ step: Step, _ relocation: Relocation) -> Bool {
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

// MARK: Hosts

extension FleetWorld {
    private mutating func silence(burning: Bool) throws {
        guard let name = heard.sorted().filter({ $0 != machines[0].name }).randomElement(using: &generator) else {
            return
        }
        try silence(name, burning: burning)
    }

    private mutating func silence(_ name: HostName, burning: Bool) throws {
        heard.remove(name)
        count(burning ? "burns" : "is silent", name.text)
        // What is held ends with its agent.
        copies[name] = burning ? [:] : copies[name]?.filter { !$0.value.isHeld }
        guard var host = state.hosts[name], host.state.isHeard else { return }
        host.stateWhenReachable = host.state
        host.state = .unreachable
        try change { $0.record(.host(host)) }
    }

    private mutating func comeBack() throws {
        guard let machine = machines.filter({ !heard.contains($0.name) }).randomElement(using: &generator) else {
            return
        }
        try enrol(machine)
    }

    /// What an agent does when it comes back: it ends what is not its own, before it is told anything else.
    private mutating func enrol(_ machine: Host) throws {
        let there = (copies[machine.name] ?? [:]).keys.sorted()
        let admission = Admission(
            .joinToken, as: state.hosts[machine.name], hasCredential: false, isConnected: false)
        guard admission != .lost else {
            count("told to end everything", machine.name.text)
            copies[machine.name] = [:]
            return
        }
        let foreign: [ContainerName] = try change { draft in
            try draft.enrol(
                Enrolment(
                    host: machine.name, role: machine.role, address: machine.address, facts: machine.facts,
                    capacity: machine.capacity, containers: there))
            return draft.state.foreign(among: there, on: machine.name)
        }
        for name in foreign {
            count("ended as foreign", "\(name) on \(machine.name)")
            copies[machine.name]?[name] = nil
        }
        heard.insert(machine.name)
        count("is back", machine.name.text)
        let left = (copies[machine.name] ?? [:]).keys.sorted()
        if let loss = state.hosts[machine.name]?.loss, state.foreign(among: left, on: machine.name).isEmpty {
            for address in loss.fenced { routes[address] = nil }
            try change { $0.absolve(machine.name) }
        }
        try notice()
    }

    /// What is recorded as running on a host that is heard, and is not there, has ended.
    private mutating func notice() throws {
        for host in heard.sorted() {
            for container in state.containers(on: host)
            where container.state == .running && copies[host]?[container.name] == nil {
                count("has ended", "\(container.name) on \(host)")
                try change { draft in try draft.update(container.name) { $0.state = .stopped(reason: "it ended") } }
                try start(container.name)
            }
        }
    }

    private mutating func declareLost() throws {
        guard let name = worker({ $0.state == .unreachable }), !heard.contains(name) else { return }
        count("losses", name.text)
        _ = try change { try $0.declareLost(name, reason: "it burnt down", by: "chance") }
    }

    private mutating func tellGateway() throws {
        fence = state.fencedAddresses
        for name in state.hostsToFence {
            let fence = fence
            _ = try change { try $0.fenceStands(around: name, fence) }
        }
    }

    private mutating func readmit() throws {
        guard let name = worker({ $0.state == .lost }) else { return }
        // It may be too early.
        try? change { _ = try $0.readmit(name) }
    }

    private mutating func forget() throws {
        guard let name = worker({ !$0.state.isHeard }), !heard.contains(name) else { return }
        let fenced = state.hosts[name]?.loss?.fenced ?? []
        // It may carry something.
        guard (try? change({ try $0.forget(name) })) != nil else { return }
        count("forgotten", name.text)
        for address in fenced { routes[address] = nil }
    }
}
