import FleetAPI
import FleetModel
import Testing

@testable import relocate

@Suite("Placement, exposure, heterogeneity and drains in words")
struct StrategyTextTests {
    private let plain = Style(isColoured: false)

    private static let decision = """
        {"rule":"softmax","candidateCount":2,"candidates":[
        {"host":"host2","probability":0.4,"score":0.1,"terms":{"knowledge":0,"tenants":0,"load":0,"cost":0}},
        {"host":"host3","probability":0.6,"score":0.25,"terms":{"heterogeneity":0.5,"knowledge":0.1,"tenants":0.2,
        "load":0.3,"cost":0.4}}],"exclusionCount":1,"exclusions":[{"host":"host1","reasons":[{"sameHost":{}}]}],
        "temperature":0.2,"entropy":0.673,"draw":0.4213,"chosen":"host3","warnings":["fewer than 3 hosts"]}
        """

    @Test("a decision shows each host's chance with its terms, the draw, the reasons and the warnings")
    func placement() throws {
        let decision = try Samples.decode(PlacementDecision.self, Self.decision)
        let text = PlacementReport(decision: decision).text(in: plain)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix("MAY"))
        #expect(lines[1].hasPrefix("host3") && lines[1].hasSuffix("drawn"))
        for word in ["60 %", "0.25", "0.50", "0.10", "0.20", "0.30", "0.40"] { #expect(lines[1].contains(word)) }
        #expect(lines[2].hasPrefix("host2") && !lines[2].contains("drawn"))
        #expect(text.contains("host1    the container is there already"))
        #expect(text.contains("softmax at temperature 0.20, entropy 0.67 of at most 0.69 nats, drawn 0.421"))
        #expect(lines.last == "warning: fewer than 3 hosts")
    }

    @Test("of a decision that was kept without some of the hosts it is said how all of them are spread")
    func spread() throws {
        var decision = try Samples.decode(PlacementDecision.self, Self.decision)
        decision.candidateCount = 99
        decision.spread = CandidateSpread(
            probability: Quantiles(
                least: 0.001, lowerQuarter: 0.005, median: 0.01, upperQuarter: 0.02, greatest: 0.03),
            score: Quantiles(least: -1, lowerQuarter: -0.5, median: 0, upperQuarter: 0.25, greatest: 0.5))
        let lines = PlacementReport(decision: decision).text(in: plain).split(separator: "\n").map(String.init)
        #expect(lines[3] == "and 97 more that may take it")
        #expect(lines[4] == "probability of all 99: 0.1 % to 3 %, half of them 0.5 % to 2 %, median 1 %")
        #expect(lines[5] == "score of all 99: -1.00 to 0.50, half of them -0.50 to 0.25, median 0.00")
    }

    @Test("when no host may take it, only the reasons are there")
    func nowhere() throws {
        let decision = PlacementDecision(
            rule: .softmax, candidateCount: 0, candidates: [], exclusionCount: 500,
            exclusions: [PlacementExclusion(host: try HostName("host1"), reasons: [.criuMissing, .sameHost])],
            entropy: 0, chosen: nil)
        let text = PlacementReport(decision: decision).text(in: plain)
        #expect(text.contains("it has no CRIU that works; the container is there already"))
        #expect(text.contains("and 499 more that may not"))
        #expect(text.hasSuffix("no host may take it\n"))
    }

    @Test("a relocation's page has the decision below the steps, when there is one")
    func relocation() throws {
        var fields = try JSONValue(encoding: try Samples.relocation())
        let bare = try Answer(bytes: try FleetJSON.encode(fields)).decode(RelocationView.self)
        #expect(bare.decision == nil)
        fields = fields.merged(with: .object(["decision": try Samples.decode(JSONValue.self, Self.decision)]))
        let view = try Answer(bytes: try FleetJSON.encode(fields)).decode(RelocationView.self)
        let text = RelocationReport(relocation: view.relocation, decision: view.decision, now: Samples.time)
            .text(in: plain)
        #expect(text.contains("drawn 0.421"))
    }

    @Test("exposure is shown as a share of the assumed attack time, beside whom and where")
    func exposure() throws {
        let view = try Samples.decode(
            ExposureView.self,
            """
            {"at":"2026-01-31T12:00:00.000Z","containers":[{"container":"echo","tenant":"shop","assumedAttackSeconds":300,
            "seconds":500,"longest":{"container":"echo","stranger":"rival","host":"host2","seconds":360,
            "since":"2026-01-31T11:00:00.000Z"},"longestShare":1.2,"current":[],"currentCount":0,"endedCount":4,
            "endedBeforeAttackShare":0.75,"residenceCount":9,"sums":{"windowSeconds":3000,"strangers":[{"stranger":"group:ring",
            "seconds":450,"isBeside":true}],"strangerCount":1,"limitSeconds":600,"share":0.75,"allSeconds":300,
            "allLimitSeconds":1500,"allShare":0.2}},{"container":"new","tenant":"shop","longest":null,
            "longestShare":0,"current":[],"currentCount":0,"assumedAttackSeconds":300,"seconds":0,"endedCount":0,"residenceCount":1,
            "sums":{"windowSeconds":3000,"strangers":[],"strangerCount":0,"limitSeconds":600,"share":0,"allSeconds":0}}],
            "containerCount":7,"pairs":[{"tenant":"shop","stranger":"rival",
            "seconds":500,"longest":null,"currentCount":1,"endedCount":0,"endedBeforeAttackShare":null}],"pairCount":1}
            """)
        let lines = ExposureReport(view: view).text(in: plain).split(separator: "\n").map(String.init)
        #expect(lines[1].contains("6m00s  rival   host2           120 %"))
        #expect(lines[1].contains("75 %  group:ring       20 %"))
        #expect(lines[2].contains("new") && !lines[2].contains("0 %"))
        #expect(lines[3] == "these are the worst 2 of 7 containers; --limit 7 shows all")
        #expect(lines.last?.hasPrefix("shop    rival") == true)
    }

    @Test("a small fleet's differences are a matrix, those of a large one are not")
    func heterogeneity() throws {
        let view = try Samples.decode(
            HeterogeneityView.self,
            """
            {"summary":{"hosts":2,"classes":2,"meanDifference":0.305,"raoQ":0.15,"effectiveConfigurations":2,"coverage":0.9,
            "monocultures":[{"group":
            "configuration","attribute":"kernel","value":"6.1","share":1}],"warnings":["all run one kernel"]},
            "hosts":["host1","host2"],"differences":[[0,0.305],[0.305,0]]}
            """)
        let text = HeterogeneityReport(view: view).text(in: plain)
        #expect(text.contains("configuration.kernel is 6.1 on 100 % of the hosts where it is known"))
        #expect(text.contains("warning: all run one kernel"))
        #expect(text.contains("host1      -   0.31") || text.contains("host1      -   0.30"))
        let hosts = try (1...13).map { try HostName("h\($0)") }
        let large = HeterogeneityView(
            summary: view.summary, hosts: hosts, differences: hosts.map { _ in hosts.map { _ in nil } })
        #expect(
            HeterogeneityReport(view: large).text(in: plain).contains("the matrix of 13 hosts is too wide to print"))
    }

    @Test("from one host, the most different others come first and the unknown ones last")
    func distances() throws {
        let view = try Samples.decode(
            DistancesView.self,
            """
            {"from":"host1","distances":[{"host":"host2","difference":null,"coverage":0,"groups":{}},{"host":"host3",
            "difference":0.2,"coverage":1,"groups":{"configuration":{"difference":0.4,"coverage":1},"network":
            {"difference":0,"coverage":0}}},
            {"host":"host4","difference":0.7,"coverage":1,"groups":{}}]}
            """)
        let text = DistanceReport(view: view).text(in: plain)
        let hosts = text.split(separator: "\n").dropFirst().map { $0.prefix(5) }
        #expect(hosts == ["host4", "host3", "host2"])
        #expect(text.contains("0.40        -"), "of a group of which nothing is known no number is shown")
    }

    private func drain(_ state: String, ended: String = "null", remaining: String) throws -> DrainReport {
        let view = try Samples.decode(
            DrainView.self,
            """
            {"host":"host1","state":"\(state)","startedAt":"2026-01-31T12:00:00.000Z","startedBy":"alice",
            "endedAt":\(ended),"total":5,"moved":3,"remaining":[\(remaining)]}
            """)
        return DrainReport(view: view)
    }

    @Test("a drain says how far it is, and what cannot leave and why")
    func drains() throws {
        let left = """
            {"container":"a","tenant":"shop","state":"moving","relocation":7},
            {"container":"b","tenant":"shop","state":"blocked","reason":"it is pinned: backup"}
            """
        let drain = try drain("draining", remaining: left)
        #expect(drain.standing == .underWay)
        #expect(drain.progress == "host1: 3 of 5 containers have left, 1 moving, 1 blocked")
        #expect(drain.obstacles == ["b cannot leave: it is pinned: backup"])
        #expect(drain.text(at: Samples.time, in: plain).contains("it is pinned: backup"))
        #expect(try self.drain("cordoned", remaining: left).standing == .stopped)
        let done = try self.drain("cordoned", ended: #""2026-01-31T12:05:00.000Z""#, remaining: "")
        #expect(done.standing == .done)
    }
}
