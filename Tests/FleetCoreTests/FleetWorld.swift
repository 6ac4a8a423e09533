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

    /// The ledger refuses what was decided: nothing of it has happened.
    struct Refused: Error {}

    var state: FleetState
    var now = epoch
    var copies: [HostName: [ContainerName: Copy]] = [:]
    var dumps: Set<RelocationID> = []
    /// The machines whose agents are there.
    var heard: Set<HostName>
    var routes: [IPv4Address: HostName] = [:]
    var fence: Set<IPv4Address> = []
    var runs: [RelocationID: Run] = [:]
    /// The relocations that wait for their turn, by what keeps the queue.
    var queue: Set<RelocationID> = []
    /// Whether the ledger may refuse.
    var isLedgerWhimsical = false
    /// How often something of interest has happened.
    var counts: [String: Int] = [:]
    /// The last of it.
    var trail: [String] = []
    var generator: SeededGenerator
    let exposure = ExposureLog()
    let network: IPv4Network
    let machines: [Host]

    init(seed: UInt64) throws {
        generator = SeededGenerator(seed: seed)
        network = try IPv4Network("10.88.0.0/24")
        machines = try (0..<5).map { try RandomFleet.host($0) }
        heard = Set(machines.map(\.name))
        state = FleetState(
            FleetRecord(),
            randomness: Randomness(
                clock: .init(SeededGenerator(seed: seed + 1)), placement: .init(SeededGenerator(seed: seed + 2)),
                addresses: .init(SeededGenerator(seed: seed + 3))))
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
        isLedgerWhimsical = true
    }

    /// Lets one thing happen.
    mutating func step() throws {
        do {
            try act()
        } catch is Refused {
            count("refused")
        }
    }

    private mutating func act() throws {
        now = now.advanced(bySeconds: happens(40) ? 700 : 0.1)
        switch Int.random(in: 0..<214, using: &generator) {
        case ..<40: try beginMove()
        case 200..<206: try takeTurns()
        case 206..<214: try stopOne()
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
        isLedgerWhimsical = false
        for _ in 0..<400 {
            try takeTurns()
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
            let container = state.containers[relocation.container]?.state
            if relocation.state != .queued, container != .relocating(relocation.id) {
                faults.append("\(relocation.id) is open, and its container does not move")
            }
        }
        return faults + strayMoves
    }

    /// Open moves that nobody drives and that wait nowhere, and containers that wait for a move that is over.
    private var strayMoves: [String] {
        let owned = Set(runs.keys).union(queue)
        let unowned = state.relocations.keys.filter { !owned.contains($0) }.map { "\($0) is open, and nobody's" }
        let waiting = state.containers.values.filter { container in
            guard case .relocating(let id) = container.state else { return false }
            return state.relocations[id] == nil
        }
        return unowned + waiting.map { "\($0.name) waits for the end of a move that has ended" }
    }

    /// Whether a recount gives the indexes that are kept.
    var isCounted: Bool { state.index == FleetIndex(of: state) }

    /// The machines on which a container runs, reached or not.
    func places(of container: ContainerName) -> [HostName] {
        copies.filter { $0.value[container]?.isHeld == false }.keys.sorted()
    }

    // MARK: Chance

    mutating func happens(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &generator) == 0 }

    mutating func count(_ what: String, _ details: String = "") {
        counts[what, default: 0] += 1
        trail.append("\(what) \(details)")
        if trail.count > 60 { trail.removeFirst() }
    }

    mutating func change<Value>(_ body: (inout FleetDraft) throws -> Value) throws -> Value {
        var draft = FleetDraft(state: state, now: now)
        let value = try body(&draft)
        if isLedgerWhimsical, happens(60) { throw Refused() }
        state = draft.state
        return value
    }

    mutating func worker(_ fits: (Host) -> Bool) -> HostName? {
        state.workers.filter(fits).randomElement(using: &generator)?.name
    }
}
