import FleetModel
import MovingTarget
import RelocateTesting
import Testing

@Suite("Placement")
struct PlacementTests {
    @Test("every host that can take the container is drawn equally often")
    func uniform() throws {
        let hosts = try (0..<30).map { try Some.host("h\($0)") }
        let placement = Placement(hosts: hosts, loads: [:])
        let request = PlacementRequest(moving: try Some.spec(), from: hosts[0])
        var generator = SeededGenerator(seed: 42)
        var counts: [HostName: Int] = [:]
        for _ in 0..<29000 {
            let decision = placement.decide(request, using: &generator)
            counts[try #require(decision.chosen), default: 0] += 1
        }
        #expect(counts[hosts[0].name] == nil)
        #expect(counts.count == 29)
        #expect(chiSquare(Array(counts.values)) < chiSquareLimit(29))
    }

    @Test("a decision names every host once, as a candidate or with the reasons against it")
    func everyHostIsNamed() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            let hosts = try (0..<Int.random(in: 0...12, using: &generator)).map { number in
                try Some.host(
                    "h\(number)", role: Bool.random(using: &generator) ? .worker : .gateway,
                    state: HostState.allCases.randomElement(using: &generator) ?? .ready,
                    containers: Int.random(in: 0...2, using: &generator))
            }
            var loads: [HostName: HostLoad] = [:]
            for host in hosts { loads[host.name] = HostLoad(containers: Int.random(in: 0...2, using: &generator)) }
            let placement = Placement(hosts: hosts.shuffled(using: &generator), loads: loads)
            let request = PlacementRequest(spec: try Some.spec(), source: hosts.first?.name)
            let decision = placement.decide(request, using: &generator)
            let named = decision.candidates.map(\.host) + decision.exclusions.map(\.host)
            #expect(named.sorted() == hosts.map(\.name).sorted())
            #expect(decision.exclusions.allSatisfy { !$0.reasons.isEmpty })
            #expect((decision.chosen == nil) == decision.candidates.isEmpty)
            #expect(decision.chosen.map { chosen in decision.candidates.contains { $0.host == chosen } } ?? true)
            let total = decision.candidates.reduce(0) { $0 + $1.probability }
            #expect(decision.candidates.isEmpty || abs(total - 1) < 1e-9)
            #expect(try FleetJSON.decode(PlacementDecision.self, from: FleetJSON.encode(decision)) == decision)
        }
    }

    @Test("each thing that stands against a host is named")
    func reasons() throws {
        let spec = try Some.spec(memoryBytes: 1 << 30)
        let source = try Some.host("a")
        let request = PlacementRequest(moving: spec, from: source)
        let load = HostLoad(containers: 10, memoryBytes: (1 << 32) - (1 << 20))
        let cases: [(Host, HostLoad, Set<HostName>, [ExclusionReason])] = [
            (try Some.host("b"), HostLoad(), [], []),
            (source, HostLoad(), [], [.sameHost]),
            (try Some.host("b", role: .gateway), HostLoad(), [], [.wrongRole(.gateway)]),
            (try Some.host("b", state: .cordoned), HostLoad(), [], [.notReady(.cordoned)]),
            (try Some.host("b", runtimes: [.simulated]), HostLoad(), [], [.runtimeMissing(.runc)]),
            (try Some.host("b", criu: nil), HostLoad(), [], [.criuMissing]),
            (try Some.host("b", architecture: "aarch64"), HostLoad(), [], [.differentArchitecture("aarch64")]),
            (
                try Some.host("b"), load, [try HostName("b")],
                [.containersFull(limit: 10), .memoryFull(freeBytes: 1 << 20), .relocating]
            ),
        ]
        for (host, load, busy, reasons) in cases {
            let placement = Placement(hosts: [host], loads: [host.name: load], busy: busy)
            #expect(placement.reasons(against: host, for: request) == reasons)
        }
    }

    @Test("a host whose memory fits exactly is a candidate, one byte less is not")
    func memoryLimit() throws {
        let host = try Some.host("b", memoryBytes: 1000 << 20)
        let request = PlacementRequest(spec: try Some.spec(memoryBytes: 400 << 20))
        for (used, fits) in [(600 << 20, true), ((600 << 20) + 1, false)] {
            let placement = Placement(hosts: [host], loads: [host.name: HostLoad(containers: 1, memoryBytes: used)])
            #expect(placement.reasons(against: host, for: request).isEmpty == fits)
        }
    }

    @Test("an operator's destination is the only candidate, and is refused when it cannot take the container")
    func requested() throws {
        let hosts = [try Some.host("a"), try Some.host("b"), try Some.host("c"), try Some.host("d", state: .draining)]
        let placement = Placement(hosts: hosts, loads: [:])
        var generator = SeededGenerator(seed: 3)
        for (name, chosen) in [("c", try HostName("c")), ("d", nil), ("a", nil), ("nowhere", nil)]
            as [(String, HostName?)]
        {
            let request = PlacementRequest(moving: try Some.spec(), from: hosts[0], requested: try HostName(name))
            #expect(placement.decide(request, using: &generator).chosen == chosen)
        }
    }

    @Test("a simulated container needs no CRIU, and a new one any processor when none is named")
    func simulated() throws {
        let host = try Some.host("a", architecture: "aarch64", runtimes: [.simulated], criu: nil)
        let request = PlacementRequest(spec: try Some.spec(runtime: .simulated))
        #expect(Placement(hosts: [host], loads: [:]).reasons(against: host, for: request).isEmpty)
    }

    @Test("only a host that is merely busy is excluded for a time")
    func temporary() throws {
        let host = try HostName("a")
        #expect(PlacementExclusion(host: host, reasons: [.relocating]).isTemporary)
        #expect(!PlacementExclusion(host: host, reasons: [.relocating, .sameHost]).isTemporary)
        #expect(!PlacementExclusion(host: host, reasons: [.sameHost]).isTemporary)
    }
}
