import AttackSimulation
import FleetCore
import FleetModel
import RelocateTesting
import Testing

@testable import ControlPlane

private func value(_ json: String, _ path: String...) throws -> JSONValue? {
    path.reduce(try FleetJSON.decode(JSONValue.self, from: json.utf8)) { (value: JSONValue?, name) in value?[name] }
}

@Suite("Simulations in the control plane", .serialized)
struct SimulationTests {
    private static let policy = """
        {"assumedAttackSeconds":0.6,"clock":{"model":"jittered","threshold":0.9},"dwell":{"minSeconds":0.1,"maxSeconds":1.2},
         "placement":{"rule":"softmax","terms":{"heterogeneity":1,"knowledge":0,"tenants":0,"load":0,"cost":0}}}
        """

    /// The hosts of the fleet, told apart by labels.
    private static func labels(_ number: Int) -> String {
        #"{"labels":{"profile.configuration.kernel":"6.\#(number % 3).0","profile.configuration.libc":"g\#(number)","#
            + #""profile.network.zone":"z\#(number % 2)","profile.services.web":"w\#(number)"}}"#
    }

    @Test("the simulator's stays and choices are those of the production scheduler, given the same seeds and fleet")
    func sameAsProduction() async throws {
        let clock = Xoshiro256(seed: 41)
        var placement = Xoshiro256(seed: 42)
        let randomness = Randomness(
            clock: .init(clock), placement: .init(placement), addresses: .init(Xoshiro256(seed: 43)))
        try await TestFleet.with(hosts: 5, randomness: randomness) { fleet in
            for number in 1...5 {
                let answer = try await fleet.send(.patch, "/v1/hosts/host\(number)", Self.labels(number))
                #expect(answer.status == 200, "\(answer.body)")
            }
            try await fleet.send(.put, "/v1/scheduler", #"{"paused":true}"#)
            let current = try await fleet.send(.get, "/v1/policies/default")
            let changed = try await fleet.send(
                .put, "/v1/policies/default", Self.policy, headerFields: [.ifMatch: current.headerFields[.eTag] ?? ""])
            #expect(changed.status == 200, "\(changed.body)")
            let state = try await fleet.state()
            let (policy, hosts) = (state.defaultPolicy, state.simulatedHosts)
            let container = try await fleet.createContainer("walker", on: "host1")
            // Its first host was drawn, too, if among one.
            _ = placement.next()
            let walk = try Walk(
                policy: policy, hosts: hosts, from: HostName("host1"), clock: clock, placement: placement)

            try await fleet.send(.put, "/v1/scheduler", #"{"paused":false}"#)
            var seen: [(host: HostName, seconds: Double)] = []
            try await eventually("fifteen stays", within: .seconds(90)) {
                let now = try await fleet.state().containers[container.name]
                if let host = now?.host, let arrivedAt = now?.arrivedAt, let deadlineAt = now?.deadlineAt,
                    now?.state == .running, seen.last?.host != host
                {
                    seen.append((host, deadlineAt.seconds(since: arrivedAt)))
                }
                return seen.count >= 15
            }
            for (stay, production) in zip(walk, seen.prefix(15)) {
                #expect(stay.host == production.host)
                let simulated = try #require(stay.leavesAt) - stay.arrivedAt
                // Production keeps time in milliseconds.
                #expect(abs(simulated - production.seconds) <= 0.001, "\(simulated) \(production.seconds)")
            }
        }
    }

    @Test("an experiment runs over the API, and its report, figures and points can be fetched")
    func experiment() async throws {
        try await TestFleet.with(hosts: 1) { fleet in
            let list = try await fleet.send(.get, "/v1/experiments").body
            #expect(list.contains("time-migration"))
            let answer = try await fleet.send(
                .post, "/v1/simulations?wait=60", #"{"experiment":"time-migration","runs":20,"seed":5}"#)
            #expect(answer.status == 202, "\(answer.body)")
            #expect(try value(answer.body, "state") == "completed")
            guard case .string(let report) = try value(answer.body, "report"),
                case .array(let figures) = try value(answer.body, "figures"),
                case .string(let href) = figures.first?["href"], case .integer(let id) = try value(answer.body, "id")
            else {
                Issue.record("\(answer.body)")
                return
            }
            #expect(report.contains("relocate simulate time-migration --runs 20 --seed 5"))
            let figure = try await fleet.send(.get, href)
            #expect(figure.body.hasPrefix("<svg"))
            #expect(figure.headerFields[.contentType] == "image/svg+xml")
            let points = try await fleet.send(.get, "/v1/simulations/\(id)/points.csv")
            #expect(points.body.hasPrefix("panel,series,step"))
            let again = try await fleet.send(
                .post, "/v1/simulations?wait=60", #"{"experiment":"time-migration","runs":20,"seed":5}"#)
            #expect(try value(again.body, "result") == value(answer.body, "result"), "the same seed, the same result")
            #expect(try await fleet.send(.delete, "/v1/simulations/\(id)").status == 204)
            #expect(try await fleet.send(.get, "/v1/simulations/\(id)").status == 404)
        }
    }

    @Test("a live fleet is asked what if, with its hosts, tenants and policy; nothing is moved")
    func whatIf() async throws {
        try await TestFleet.with(hosts: 4) { fleet in
            for number in 1...4 { try await fleet.send(.patch, "/v1/hosts/host\(number)", Self.labels(number)) }
            _ = try await fleet.createContainer("still", on: "host1")
            let answer = try await fleet.send(
                .post, "/v1/simulations?wait=60",
                #"{"whatIf":{"attackSeconds":120,"attackers":2,"horizonSeconds":1200},"runs":10}"#)
            #expect(try value(answer.body, "state") == "completed", "\(answer.body)")
            #expect(try value(answer.body, "kind") == "whatIf")
            guard case .array(let hosts) = try value(answer.body, "result", "experiment", "base", "fleet", "hosts")
            else {
                Issue.record("no hosts")
                return
            }
            #expect(hosts.count == 4)
            #expect(hosts.first?["tenants"] == .array(["acme"]))
            #expect(hosts.first?["profile"]?["network"]?["zone"] == "z1")
            #expect(try await fleet.state().nextRelocation == 1)
        }
    }

    @Test(
        "a wrong order names the field and what would be right",
        arguments: [
            (#"{}"#, "/experiment"), (#"{"experiment":"time-migration","whatIf":{}}"#, "/experiment"),
            (#"{"experiment":"time-migration","runs":1}"#, "/runs"),
            (#"{"whatIf":{"attackers":99}}"#, "/whatIf/attackers"), (#"{"whatIf":{"speed":1}}"#, "/whatIf/speed"),
            (#"{"whatIf":{"tenant":"nobody"}}"#, "/whatIf/tenant"),
            (#"{"whatIf":{"policy":"nothing"}}"#, "/whatIf/policy"),
            (#"{"experiment":"ablation","seed":9007199254740992}"#, "/seed"),
            (#"{"document":{"name":"x"}}"#, "/document"),
            (#"{"document":7}"#, "/document"), (#"{"experiments":"x"}"#, "/experiments"),
        ])
    func refused(body: String, pointer: String) async throws {
        try await TestFleet.with(hosts: 2) { fleet in
            let answer = try await fleet.send(.post, "/v1/simulations", body)
            #expect(answer.status == 422, "\(answer.body)")
            #expect("\(try value(answer.body, "errors") ?? .null)".contains(pointer), "\(answer.body)")
        }
    }

    @Test("a long simulation is cancelled, and those that wait behind it go on")
    func cancelled() async throws {
        try await TestFleet.with(hosts: 1) { fleet in
            let long = try await fleet.send(
                .post, "/v1/simulations", #"{"experiment":"ablation","runs":1000000}"#)
            guard case .integer(let id) = try value(long.body, "id") else {
                Issue.record("\(long.body)")
                return
            }
            let next = try await fleet.send(.post, "/v1/simulations", #"{"experiment":"time-migration","runs":10}"#)
            #expect(try value(next.body, "state") == "waiting")
            let cancelled = try await fleet.send(.post, "/v1/simulations/\(id)/cancel")
            #expect(try value(cancelled.body, "state") == "cancelled", "\(cancelled.body)")
            guard case .integer(let nextID) = try value(next.body, "id") else { return }
            try await eventually("the next one is done") {
                try value(try await fleet.send(.get, "/v1/simulations/\(nextID)").body, "state") == "completed"
            }
            let unknown = try await fleet.send(.get, "/v1/experiments/nothing")
            #expect(unknown.status == 404)
        }
    }
}
