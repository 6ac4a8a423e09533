import AttackSimulation
import FleetAPI
import FleetModel
import Testing

@Suite("Answers are what they were")
struct AnswerTests {
    @Test("each answer that was recorded is read without a loss, and written to the same JSON")
    func recorded() throws {
        try Recorded.check(HostView.self, "HostView")
        try Recorded.check(ContainerView.self, "ContainerView")
        try Recorded.check(ActionView.self, "ActionView")
        try Recorded.check(PolicyView.self, "PolicyView")
        try Recorded.check(PolicyPreviewView.self, "PolicyPreviewView")
        try Recorded.check(DrainView.self, "DrainView")
        try Recorded.check(RelocationView.self, "RelocationView")
        try Recorded.check(ExposureView.self, "ExposureView")
        try Recorded.check(HeterogeneityView.self, "HeterogeneityView")
        try Recorded.check(DistancesView.self, "DistancesView")
        try Recorded.check(ExperimentView.self, "ExperimentView")
        try Recorded.check(SimulationView<ExperimentResult>.self, "SimulationView")
        try Recorded.check(SchedulerView.self, "SchedulerView")
        try Recorded.check(AdoptableView.self, "AdoptableView")
        try Recorded.check(ListView<Tenant>.self, "ListView")
    }

    private func expect(_ values: [some Encodable], are shape: String) throws {
        let recorded = Set(try Recorded.answers(shape))
        for value in values { #expect(recorded.contains(try JSONValue(encoding: value)), "\(value)") }
    }

    @Test("a host, a container, an event, a policy and a move make the answers that were recorded of them")
    func made() throws {
        let names = [try ContainerName("a"), try ContainerName("b")]
        try expect(
            [
                HostView(host: try Samples.host(), containers: names),
                HostView(host: try Samples.gateway(), containers: []),
            ], are: "HostView")
        try expect(try Samples.containers().map { ContainerView(container: $0) }, are: "ContainerView")
        let events = try Samples.changes().map {
            FleetEvent(sequence: 5, at: Samples.time, actor: "alice", change: $0)
        }
        try expect(events.map { ActionView(event: $0) }, are: "ActionView")
        try expect(events.map { EventView(event: $0) }, are: "EventView")
        try expect(
            [
                RelocationView(relocation: try Samples.relocation(), decision: try Samples.decision()),
                RelocationView(relocation: try Samples.queued(), decision: nil),
            ], are: "RelocationView")
        try expect(
            [
                PolicyView(try Samples.record()),
                PolicyView(
                    try Samples.record(),
                    derived: PolicyView.Derived(
                        attacksPerSecond: 0.0625, meanStaySeconds: 45.5, minStaySeconds: 2, maxStaySeconds: nil,
                        isPredictable: false, usedBy: ["tenant shop"])),
            ], are: "PolicyView")
        let tenants = [Tenant(name: try TenantName("shop"), createdAt: Samples.time)]
        try expect(
            [
                ListView(items: tenants, next: nil), ListView(items: tenants, next: "c2hvcA", total: 7),
                ListView(items: tenants, next: "c2hvcA"),
            ], are: "ListView")
    }

    @Test("every kind of event that there is was recorded")
    func kinds() throws {
        #expect(Set(try Samples.changes().map(\.kind)) == Set(EventKind.allCases))
        #expect(Set(try Samples.containers().map(\.state.word)) == Set(ContainerState.Word.allCases))
    }

    @Test("how a container is taken over is nobody's business")
    func adopting() throws {
        var container = try Samples.container()
        container.adopting = "4f5e"
        let view = ContainerView(container: container)
        #expect(view.container == (try Samples.container()))
        #expect(try Recorded.copy(view) == view)
    }

    @Test("fields that a later version adds are passed over")
    func later() throws {
        let answer = try JSONValue(encoding: HostView(host: try Samples.host(), containers: []))
            .merged(with: ["addedLater": ["x": "y"]])
        let view = try FleetJSON.decode(HostView.self, from: try FleetJSON.encode(answer))
        #expect(view.host == (try Samples.host()))
    }

    @Test("what a container has asked for and refused is told where it has")
    func asked() throws {
        var container = try Samples.container()
        container.spec.capabilities = [.netRaw]
        container.refusals = Refusals(
            since: Samples.time, count: 3, reason: "it holds a terminal", dueAt: Samples.later)
        let view = ContainerView(container: container)
        #expect(try Recorded.copy(view) == view)
        let text = String(decoding: try FleetJSON.encode(view), as: UTF8.self)
        #expect(text.contains(#""capabilities":["NET_RAW"]"#) && text.contains(#""refusals":{"count":3,"#))
    }

    @Test("a word that a later version adds is kept as it is")
    func words() throws {
        let text = #"["moving","dancing"]"#
        let words = try FleetJSON.decode([Word<DrainView.Standing>].self, from: text.utf8)
        #expect(words.map(\.known) == [.moving, nil])
        #expect(words.map(\.description) == ["moving", "dancing"])
        #expect(words[0] == Word(DrainView.Standing.moving))
        #expect(String(decoding: try FleetJSON.encode(words), as: UTF8.self) == text)
    }

    @Test("a container whose state or mobility is not known is not taken for another")
    func unknown() throws {
        let view = try JSONValue(encoding: ContainerView(container: try Samples.container()))
        let changes: [JSONValue] = [
            ["state": "dancing"], ["mobility": ["state": "dancing"]], ["state": "relocating"],
        ]
        for change in changes {
            let bytes = try FleetJSON.encode(view.merged(with: change))
            #expect(throws: DecodingError.self) { try FleetJSON.decode(ContainerView.self, from: bytes) }
        }
    }
}
