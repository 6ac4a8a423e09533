import FleetModel
import MovingTarget
import RelocateTesting
import Testing

@testable import ControlPlane

private func value(_ json: String, _ path: String...) throws -> JSONValue? {
    path.reduce(try FleetJSON.decode(JSONValue.self, from: json.utf8)) { (value: JSONValue?, name) in value?[name] }
}

@Suite("The strategy in the control plane", .serialized)
struct StrategyTests {
    @Test("a pin holds against the clock, operators, alerts and drains, until it is taken away")
    func pins() async throws {
        try await TestFleet.with { fleet in
            let container = try await fleet.createContainer("echo", on: "host1")
            let pinned = try await fleet.send(
                .put, "/v1/containers/echo/pin", #"{"reason":"being looked at","seconds":600}"#)
            #expect(pinned.status == 200, "\(pinned.body)")
            for body in ["{}", #"{"trigger":"alert"}"#] {
                let refused = try await fleet.send(.post, "/v1/containers/echo/relocate", body)
                #expect(refused.status == 409)
                #expect(refused.body.contains("being looked at"))
            }
            _ = try await fleet.send(.post, "/v1/hosts/host1/drain")
            let drain = try await fleet.send(.get, "/v1/hosts/host1/drain").body
            guard case .array(let remaining) = try value(drain, "remaining") else {
                Issue.record("no list")
                return
            }
            #expect(remaining.first?["state"] == .string("blocked"))
            #expect("\(remaining)".contains("being looked at"))
            #expect(try await fleet.state().containers[container.name]?.host == (try HostName("host1")))
            _ = try await fleet.send(.delete, "/v1/containers/echo/pin")
            try await eventually("the drain is over") {
                try await fleet.state().hosts[try HostName("host1")]?.state == .cordoned
            }
            let ended = try await fleet.send(.get, "/v1/hosts/host1/drain").body
            #expect(try value(ended, "moved") == .integer(1))
            #expect(try value(ended, "endedAt") != .null)
        }
    }

    @Test("a drain that finds no host says why, asks once, and goes on as soon as one can take the container")
    func blockedDrain() async throws {
        try await TestFleet.with(hosts: 2) { fleet in
            let container = try await fleet.createContainer("echo", on: "host1")
            _ = try await fleet.send(.patch, "/v1/hosts/host2", #"{"state":"cordoned"}"#)
            _ = try await fleet.send(.post, "/v1/hosts/host1/drain")
            try await eventually("the drain says what is in its way") {
                let drain = try await fleet.send(.get, "/v1/hosts/host1/drain").body
                return drain.contains("blocked") && drain.contains("cordoned")
            }
            // The keeper looks every two seconds: at its second look after this one it has passed the container over.
            let looks = Timestamp.now.advanced(bySeconds: 5)
            try await eventually("it has looked again") { looks < .now }
            #expect(try await fleet.state().nextRelocation == 2)
            _ = try await fleet.send(.patch, "/v1/hosts/host2", #"{"state":"ready"}"#)
            try await eventually("the drain is over") {
                try await fleet.state().hosts[try HostName("host1")]?.state == .cordoned
            }
            #expect(try await fleet.state().containers[container.name]?.host == (try HostName("host2")))
        }
    }

    @Test(
        "a pin without a reason or an end is refused",
        arguments: [
            #"{"reason":" ","seconds":60}"#, #"{"reason":"why"}"#, #"{"reason":"why","seconds":-1}"#,
            #"{"reason":"why","seconds":60,"until":"2030-01-01T00:00:00Z"}"#,
            #"{"reason":"why","until":"2001-01-01T00:00:00Z"}"#, #"{"seconds":60}"#,
        ])
    func wrongPins(body: String) async throws {
        try await TestFleet.with(hosts: 1) { fleet in
            _ = try await fleet.createContainer("echo")
            let answer = try await fleet.send(.put, "/v1/containers/echo/pin", body)
            #expect(answer.status == 422, "\(answer.body)")
        }
    }

    @Test("the clock leaves paused containers and those of paused tenants alone, and goes on when it may")
    func pauses() async throws {
        try await TestFleet.with(dwellSeconds: 1) { fleet in
            _ = try await fleet.send(.patch, "/v1/tenants/acme", #"{"isPaused":true}"#)
            let container = try await fleet.createContainer("echo")
            try await eventually("the container's stay is over") {
                guard let deadline = try await fleet.state().containers[container.name]?.deadlineAt else {
                    return false
                }
                return deadline.advanced(bySeconds: 0.3) < .now
            }
            #expect(try await fleet.state().nextRelocation == 1)
            _ = try await fleet.send(.patch, "/v1/containers/echo", #"{"isPaused":true}"#)
            _ = try await fleet.send(.patch, "/v1/tenants/acme", #"{"isPaused":false}"#)
            #expect(try await fleet.state().nextRelocation == 1)
            _ = try await fleet.send(.patch, "/v1/containers/echo", #"{"isPaused":false}"#)
            try await eventually("the container moves") { try await fleet.state().nextRelocation > 1 }
        }
    }

    @Test("tenants that must never be beside each other never are")
    func neverBeside() async throws {
        try await TestFleet.with(hosts: 2) { fleet in
            _ = try await fleet.send(.post, "/v1/tenants", #"{"name":"rival","neverBeside":["acme"]}"#)
            let ours = try await fleet.createContainer("ours", on: "host1")
            let refused = try await fleet.send(
                .post, "/v1/containers", Self.container("theirs", of: "rival", on: "host1"))
            #expect(refused.status == 409)
            #expect(refused.body.contains("must not be beside"))
            let added = try await fleet.send(.post, "/v1/containers?wait=10", Self.container("theirs", of: "rival"))
            #expect(added.status == 201, "\(added.body)")
            #expect(try await fleet.state().containers[try ContainerName("theirs")]?.host == (try HostName("host2")))
            let move = try await fleet.send(.post, "/v1/containers/\(ours.name)/relocate?wait=10", "{}").body
            #expect(try value(move, "state") == .string("failed"))
            #expect(move.contains("must not be beside"))
        }
    }

    @Test("an alert prefers hosts without the suspected tenant, and takes what there is where there is none")
    func alerts() async throws {
        try await TestFleet.with(hosts: 3) { fleet in
            _ = try await fleet.send(.post, "/v1/tenants", #"{"name":"spy"}"#)
            let ours = try await fleet.createContainer("ours", on: "host1")
            _ = try await fleet.send(.post, "/v1/containers?wait=10", Self.container("spy1", of: "spy", on: "host1"))
            _ = try await fleet.send(.post, "/v1/containers?wait=10", Self.container("spy2", of: "spy", on: "host2"))
            let alert = #"{"trigger":"alert","avoidTenants":["spy"],"reason":"cache misses"}"#
            let first = try await fleet.send(.post, "/v1/containers/\(ours.name)/relocate?wait=10", alert).body
            #expect(try value(first, "destination") == .string("host3"))
            #expect(try value(first, "trigger") == .string("alert"))
            _ = try await fleet.send(.post, "/v1/containers?wait=10", Self.container("spy3", of: "spy", on: "host3"))
            let second = try await fleet.send(.post, "/v1/containers/\(ours.name)/relocate?wait=10", alert).body
            #expect(try value(second, "state") == .string("completed"))
            let id = try #require(try value(second, "id"))
            guard case .integer(let number) = id else { return }
            let whole = try await fleet.send(.get, "/v1/relocations/\(number)").body
            #expect("\(String(describing: try value(whole, "decision", "warnings")))".contains("spy"))
            let unknown = try await fleet.send(
                .post, "/v1/containers/ours/relocate", #"{"avoidTenants":["nobody"]}"#)
            #expect(unknown.status == 422)
        }
    }

    @Test("an operator's move takes the place of one of the clock's that waits")
    func makesWay() async throws {
        try await TestFleet.with(hosts: 3, dwellSeconds: 1) { fleet in
            _ = try await fleet.send(
                .put, "/v1/policies/default", #"{"limits":{"downtimeSecondsPerHour":0.000001}}"#,
                headerFields: [.ifMatch: "*"])
            let container = try await fleet.createContainer("echo", on: "host1")
            _ = try await fleet.move(container.name, to: try HostName("host2"))
            try await eventually("a move of the clock's waits") {
                try await fleet.state().openRelocation(of: container.name)?.state == .queued
            }
            let move = try await fleet.move(container.name, to: try HostName("host3"))
            #expect(move.state == .completed)
        }
    }

    @Test("a container that was alone stays where it is when its policy lets it")
    func skipIfAlone() async throws {
        try await TestFleet.with(dwellSeconds: 1) { fleet in
            _ = try await fleet.send(.post, "/v1/tenants", #"{"name":"other"}"#)
            _ = try await fleet.send(
                .put, "/v1/policies/default", #"{"placement":{"skipIfAlone":true}}"#, headerFields: [.ifMatch: "*"])
            let container = try await fleet.createContainer("echo", on: "host1")
            let first = try #require(container.deadlineAt)
            try await eventually("a new stay has begun") {
                try await fleet.state().containers[container.name]?.deadlineAt.map { $0 > first } ?? false
            }
            #expect(try await fleet.state().nextRelocation == 1)
            _ = try await fleet.send(.post, "/v1/containers?wait=10", Self.container("guest", of: "other", on: "host1"))
            try await eventually("it moves away from the other tenant") {
                try await fleet.state().nextRelocation > 1
            }
        }
    }

    @Test("hosts are chosen as often as the decisions say, over 500 moves")
    func frequencies() async throws {
        try await TestFleet.with(hosts: 5) { fleet in
            for (host, kernel, zone) in [
                (1, "6.1.0", "a"), (2, "5.10.0", "a"), (3, "6.6.1", "b"), (4, "4.19.0", "c"), (5, "6.1.0", "b"),
            ] {
                let labels = Self.profile(kernel: kernel, zone: zone, number: host)
                let answer = try await fleet.send(.patch, "/v1/hosts/host\(host)", #"{"labels":{\#(labels)}}"#)
                #expect(answer.status == 200)
            }
            let container = try await fleet.createContainer("echo", on: "host1")
            // Each draw has its own probabilities, since what is remembered changes. Their sums are what to expect.
            var expected: [HostName: Double] = [:]
            var variance: [HostName: Double] = [:]
            var observed: [HostName: Double] = [:]
            for _ in 0..<500 {
                let relocation = try await fleet.move(container.name)
                #expect(relocation.state == .completed)
                let decision = try #require(try await fleet.decision(of: relocation.id))
                #expect(decision.chosen == relocation.destination)
                #expect(abs(decision.candidates.reduce(0) { $0 + $1.probability } - 1) < 1e-9)
                #expect(decision.entropy >= 0.85 * 1.3862943 - 1e-9)
                for candidate in decision.candidates {
                    let chance = candidate.probability
                    expected[candidate.host, default: 0] += chance
                    variance[candidate.host, default: 0] += chance * (1 - chance)
                }
                observed[try #require(relocation.destination), default: 0] += 1
            }
            #expect(Set(expected.values.map { ($0 * 10).rounded() }).count > 1, "hosts are not all alike")
            for (host, count) in expected {
                let z = (observed[host, default: 0] - count) / (variance[host] ?? 1).squareRoot()
                #expect(abs(z) < 4.5, "\(host): \(observed[host, default: 0]) instead of \(count)")
            }
        }
    }

    private static func container(_ name: String, of tenant: String, on host: String? = nil) -> String {
        let place = host.map { #","host":"\#($0)""# } ?? ""
        return #"{"name":"\#(name)","tenant":"\#(tenant)","image":"test","command":["run"],"ports":[{"port":80}],"#
            + #""runtime":"simulated"\#(place)}"#
    }

    /// Labels that say enough of a host for its difference from others to be known.
    private static func profile(kernel: String, zone: String, number: Int) -> String {
        let distribution = number % 2 == 0 ? "debian 12" : "alpine 3.19"
        return [
            ("configuration.kernel", kernel), ("configuration.distribution", distribution),
            ("configuration.processor", "cpu\(number % 3)"), ("configuration.mitigations", "m\(number % 2)"),
            ("configuration.libc", number % 2 == 0 ? "glibc 2.36" : "musl 1.2"),
            ("configuration.runtimes", "runc 1.1"), ("network.zone", zone),
            ("network.subnets", "s\(number)"), ("network.mode", "routed"), ("network.firewall", "nftables"),
            ("services.listening", "nginx \(number % 3)"), ("services.daemons", "sshd"),
        ].map { #""profile.\#($0.0)":"\#($0.1)""# }.joined(separator: ",")
    }
}
