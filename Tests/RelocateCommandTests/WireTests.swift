import FleetAPI
import FleetModel
import Testing

@testable import relocate

@Suite("What the API answers")
struct WireTests {
    private func container(state: String, more: String = "") throws -> Container {
        let digest = "sha256:" + String(repeating: "ab", count: 32)
        let json = """
            {"name":"echo","tenant":"shop","image":"redis","digest":"\(digest)","command":[],"environment":{},"ports":[],
            "limits":{"memoryBytes":268435456,"cpus":1,"processes":256},"runtime":"runc","host":"host1","address":null,
            "retainedAddresses":[],"mobility":{"state":"immovable","reason":"why","log":"tool"},
            "createdAt":"2026-01-31T12:00:00.000Z","addedLater":true,"state":"\(state)"\(more)}
            """
        return try Answer(bytes: Array(json.utf8)).decode(ContainerView.self).container
    }

    @Test("a container's state is read from its word and its details")
    func containers() throws {
        #expect(try container(state: "running").state == .running)
        #expect(
            try container(state: "stopped", more: #","stateDetail":"exit code 1""#).state
                == .stopped(reason: "exit code 1"))
        #expect(try container(state: "relocating", more: #","relocation":7"#).state == .relocating(RelocationID(7)))
        #expect(try container(state: "lost", more: #","lostHost":"host1""#).state == .lost(try HostName("host1")))
        #expect(try container(state: "running").onHostLoss == .stay)
        #expect(try container(state: "running", more: #","onHostLoss":"restart""#).onHostLoss == .restart)
        #expect(try container(state: "running").mobility == .immovable(reason: "why", log: "tool"))
    }

    @Test("what is not understood is an error that says where")
    func errors() {
        #expect {
            try container(state: "dancing")
        } throws: { error in
            "\(error)" == "the answer was not understood: state: 'dancing' is no state of a container"
        }
        #expect {
            try Answer(bytes: Array(#"{"items":[{}]}"#.utf8)).decode(ListView<Tenant>.self)
        } throws: { error in
            "\(error)" == "the answer was not understood: items.0 has no 'name'"
        }
    }

    @Test("an event is read by its kind, from the stream as from the record")
    func events() throws {
        let json =
            #"{"actor":"alice","at":"2026-01-31T12:00:00.000Z","kind":"tenantRemoved","name":"shop","sequence":5}"#
        let event = try Answer(bytes: Array(json.utf8)).decode(ActionView.self).event
        #expect(event.sequence == 5)
        #expect(event.change == .tenantRemoved(try TenantName("shop")))
    }

    @Test("what is new of a move is read with the places of its steps")
    func progress() throws {
        let json = """
            {"actor":"relocator","at":"2026-01-31T12:00:00.000Z","kind":"progress","sequence":8,"progress":{"id":12,
            "container":"echo","state":"running","bytes":4096,"addedLater":true,"steps":[{"position":4,"kind":"steer",
            "host":"gateway","attempt":1,"state":"sent","startedAt":"2026-01-31T12:00:00.000Z","timings":{}}]}}
            """
        guard case .progress(let news) = try Answer(bytes: Array(json.utf8)).decode(ActionView.self).event.change
        else {
            Issue.record("the event is not about a move that goes on")
            return
        }
        #expect(news.id == RelocationID(12))
        #expect(news.steps.map(\.position) == [4])
        #expect(news.steps.map(\.step.kind) == [.steer])
        #expect(news.bytes == 4096)
        #expect(news.failure == nil)
    }

    @Test("an event about a policy says which version was made by whom")
    func policyEvents() throws {
        let json = """
            {"actor":"alice","at":"2026-01-31T12:00:00.000Z","kind":"policy","sequence":6,"policy":{"name":"night",
            "version":4,"changedAt":"2026-01-31T12:00:00.000Z","changedBy":"alice","assumedAttackSeconds":100,
            "clock":{"model":"periodic","seconds":60,"jitter":0.5},"addedLater":{}}}
            """
        guard case .policy(let record) = try Answer(bytes: Array(json.utf8)).decode(ActionView.self).event.change
        else {
            Issue.record("the event is not about a policy")
            return
        }
        #expect(record.name == (try PolicyName("night")))
        #expect(record.version == 4)
        #expect(record.changedBy == "alice")
        #expect(record.policy.clock == .periodic(seconds: 60, jitter: 0.5))
        let removed =
            #"{"actor":"bob","at":"2026-01-31T12:00:00.000Z","kind":"policyRemoved","name":"night","sequence":7}"#
        #expect(
            try Answer(bytes: Array(removed.utf8)).decode(ActionView.self).event.change
                == .policyRemoved(try PolicyName("night")))
    }

    @Test("a container's policy, pin and pause are read where they are there")
    func strategy() throws {
        #expect(try container(state: "running").pin == nil)
        #expect(try !container(state: "running").isPaused)
        let pin = #"{"reason":"backup","until":"2026-01-31T13:00:00.000Z","setBy":"alice"}"#
        let pinned = try container(state: "running", more: #","policy":"night","isPaused":true,"pin":\#(pin)"#)
        #expect(pinned.policy == (try PolicyName("night")))
        #expect(pinned.pin?.reason == "backup")
        #expect(pinned.isPaused)
    }

    @Test(
        "any JSON is passed on as it came",
        arguments: [
            "null", "true", "-5", "24.1", #""a\"b""#, "[]", #"{"a":[1,{"b":null}],"c":9007199254740993}"#,
        ])
    func json(text: String) throws {
        let value = try FleetJSON.decode(JSONValue.self, from: text.utf8)
        #expect(String(decoding: try FleetJSON.encode(value), as: UTF8.self) == text)
    }
}
