import FleetAPI
import FleetModel
import Testing

@testable import relocate

@Suite("Policies in words")
struct PolicyTextTests {
    private static let plain = Style(isColoured: false)

    private static func view(_ more: String = "") throws -> PolicyView {
        try Samples.decode(
            PolicyView.self,
            """
            {"name":"night","version":3,"changedAt":"2026-01-31T12:00:00.000Z","changedBy":"alice",
            "assumedAttackSeconds":2154,"clock":{"model":"jittered","threshold":0.13},
            "limits":{"startsPerMinute":null}\(more)}
            """)
    }

    @Test("a policy is shown with what follows from it, as far as that is known")
    func report() throws {
        let derived = """
            ,"derived":{"attacksPerSecond":0.00046,"meanStaySeconds":147,"minStaySeconds":2,"maxStaySeconds":300,
            "isPredictable":false,"usedBy":["tenant shop"]}
            """
        let now = try Timestamp("2026-01-31T12:02:00.000Z")
        let text = PolicyReport(view: try Self.view(derived), now: now).details.text(in: Self.plain)
        #expect(text.contains("night, version 3"))
        #expect(text.contains("alice, 2m00s ago"))
        #expect(text.contains("tenant shop"))
        #expect(text.contains("jittered: a stay ends at an unpredictable moment within 5m00s"))
        #expect(text.contains("2m27s on average, at least 2s, at most 5m00s, not predictable"))
        let bare = PolicyReport(view: try Self.view(), now: now).details.text(in: Self.plain)
        #expect(!bare.contains("Holds for"))
    }

    @Test("every clock has words of its own")
    func clocks() {
        let clocks: [ClockModel] = [
            .deadline(threshold: 0.13), .jittered(threshold: 0.13), .exponential, .cappedExponential(threshold: 0.13),
            .poissonTick(PoissonTick(threshold: 0.08, mean: 20, tickSeconds: 5)), .periodic(seconds: 60, jitter: 0.2),
            .static,
        ]
        #expect(Set(clocks.map { Policy(clock: $0).clockWords }).count == ClockModel.Name.allCases.count)
        #expect(
            Policy(clock: .periodic(seconds: 60, jitter: 0.2)).clockWords
                == "every stay lasts 1m00s, less a random part of up to 20 %")
    }

    @Test("two policies differ in the fields that are not the same, those of another clock included")
    func difference() throws {
        #expect(try PolicyDifference(from: Policy(), to: Policy()).changes.isEmpty)
        let other = Policy(clock: .periodic(seconds: 300, jitter: 0))
        #expect(
            try PolicyDifference(from: Policy(), to: other).words
                == "clock.jitter - → 0; clock.model jittered → periodic; clock.seconds - → 300; clock.threshold 0.13 → -"
        )
    }

    @Test("a number that changed looks changed, however little it was")
    func digits() throws {
        let (before, after) = (Policy(assumedAttackSeconds: 430.8423761), Policy(assumedAttackSeconds: 430.8423762))
        #expect(
            try PolicyDifference(from: before, to: after).words == "assumedAttackSeconds 430.8423761 → 430.8423762")
        #expect(
            try PolicyDifference(from: Policy(), to: after).words == "assumedAttackSeconds 2154 → 430.842")
    }

    @Test("whoever was too slow is told who changed what, and what they wanted themselves")
    func conflict() throws {
        var faster = Policy()
        faster.placement.rule = .balanced
        var wanted = Policy()
        wanted.limits.concurrentInFleet = 9
        let conflict = PolicyConflict(
            base: try Samples.record(version: 3), newer: [try Samples.record(faster, version: 4, by: "bob", at: 1000)],
            wanted: wanted, now: Timestamp(milliseconds: Samples.time.milliseconds + 4000))
        #expect(
            try conflict.words == """
                policy 'default' was changed by somebody else in between; nothing of yours was changed
                version 4 by bob, 3s ago: placement.rule softmax → balanced
                yours, over version 3: limits.concurrentInFleet 5 → 9
                look with 'relocate policy show default' and do it again if it is still right
                """)
        let blind = PolicyConflict(base: conflict.base, newer: [], wanted: nil, now: conflict.now)
        #expect(try blind.words.split(separator: "\n").count == 2)
    }

    @Test("the history says what each version changed of the one before")
    func history() throws {
        var second = Policy()
        second.limits.concurrentInFleet = 9
        let records = [try Samples.record(second, version: 2), try Samples.record(version: 1)]
        let now = Timestamp(milliseconds: Samples.time.milliseconds + 60_000)
        let text = try HistoryTable(records: records, limit: 50, now: now).table.text(in: Self.plain)
        #expect(text.contains("2  1m00s ago  alice  limits.concurrentInFleet 5 → 9"))
        #expect(text.contains("created: a stay ends"))
        let cut = try HistoryTable(records: records, limit: 1, now: now).table
        #expect(cut.rows.count == 1)
        #expect(cut.rows[0][3].text == "limits.concurrentInFleet 5 → 9")
    }

    @Test("a file that was made of a policy's version knows it, and sends only what a policy has")
    func files() throws {
        let fields: [String: JSONValue] = [
            "name": .string("night"), "version": .integer(3), "derived": .object([:]),
            "assumedAttackSeconds": .integer(500),
        ]
        let draft = PolicyDraft.document(fields)
        #expect(draft.version(of: try PolicyName("night")) == 3)
        #expect(draft.version(of: .default) == nil)
        #expect(try draft.body(over: Policy()) == ["assumedAttackSeconds": .integer(500)])
        #expect(try draft.result(over: Policy()) == Policy(assumedAttackSeconds: 500))
    }

    private static func preview(_ clock: String, _ more: String) throws -> PolicyPreviewView {
        try Samples.decode(
            PolicyPreviewView.self,
            #"{"policy":{"assumedAttackSeconds":2154,"clock":\#(clock)},"containers":4,"meanDifference":0.31\#(more)}"#)
    }

    private static let present = """
        ,"refusal":null,"fleetMovesPerHour":97.6,"forecast":{"meanSeconds":147,"minSeconds":2,"quantiles":[],"curve":[],
        "movesPerHour":24.4,"downtimeShare":0,"attacks":[],"warnings":[]},"warnings":[],"destinations":[]
        """

    private static let forecast = """
        ,"refusal":null,"fleetMovesPerHour":24,"forecast":{"meanSeconds":600,"minSeconds":600,"maxSeconds":600,
        "quantiles":[{"share":0.5,"seconds":600}],"curve":[],"movesPerHour":6,"downtimeShare":0.0001,"entropyNats":null,
        "attacks":[{"attackSeconds":60,"isAssumed":true,"fixed":{"perStay":1,"resisted":0},"exponential":{"perStay":0.5,
        "resisted":0.5},"fixedFromRandomInstant":{"perStay":0.9,"resisted":0.1}}],
        "warnings":["every stay is as long"]},"warnings":["hosts are alike"],"destinations":[{"from":"host1",
        "candidates":[{"host":"host2","probability":0.25,"score":0.1,"terms":{"heterogeneity":null,"knowledge":0,
        "tenants":0,"load":0,"cost":0}},{"host":"host3","probability":0.75,"score":0.4,"terms":{"heterogeneity":0.6,
        "knowledge":0,"tenants":0,"load":0.1,"cost":0}}],"entropy":0.56,"temperature":0.2,"warnings":["hosts are alike"]}]
        """

    @Test("a preview shows what would change beside what is, where containers would go, and each warning once")
    func preview() throws {
        let now = try Self.preview(#"{"model":"jittered","threshold":0.13}"#, Self.present)
        let then = try Self.preview(#"{"model":"periodic","seconds":600}"#, Self.forecast)
        let text = try PolicyPreviewReport(view: then).text(besides: now, in: Self.plain)
        #expect(text.contains("clock.model jittered → periodic"))
        #expect(text.contains("mean stay                    2m27s   10m00s"))
        #expect(text.contains("from host1, entropy 0.56 of at most 0.69 nats at temperature 0.20:"))
        let lines = text.split(separator: "\n")
        let places = ["host3", "host2"].compactMap { host in lines.firstIndex { $0.hasPrefix(host) } }
        #expect(places.count == 2 && places == places.sorted(), "the likeliest host comes first")
        #expect(lines.count { $0 == "warning: hosts are alike" } == 1)
        #expect(lines.contains("warning: every stay is as long"))
        #expect(text.contains("1m00s (assumed)"))
        #expect(lines.last == "nothing was changed")
        #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
    }

    @Test("a policy that would be refused says what would not be")
    func refusal() throws {
        let refused = try Self.preview(
            #"{"model":"poissonTick","threshold":0.5,"mean":20,"tickSeconds":5}"#,
            """
            ,"forecast":null,"fleetMovesPerHour":0,"destinations":[],"warnings":[],"refusal":{"field":"clock.threshold",
            "reason":"is never exceeded","nearest":"clock.threshold 0.08"}
            """)
        let text = try PolicyPreviewReport(view: refused).text(besides: nil, in: Self.plain)
        #expect(
            text.contains(
                "it would be refused: clock.threshold: is never exceeded; what would work: clock.threshold 0.08"))
    }
}
