import FleetAPI
import FleetCore
import FleetLedger
import FleetModel
import RelocateTesting
import Testing

@testable import ControlPlane

@Suite("Exposure in the control plane", .serialized)
struct ExposureTests {
    @Test("the figures are those that the stays in the ledger add up to, also after a restart")
    func recomputed() async throws {
        try await TestFleet.with(hosts: 3) { fleet in
            _ = try await fleet.send(.post, "/v1/tenants", #"{"name":"other"}"#)
            let names = try ["a", "b"].map { try ContainerName($0) } + ["x", "y"].map { try ContainerName($0) }
            for (name, tenant) in zip(names, ["acme", "acme", "other", "other"]) {
                let body =
                    #"{"name":"\#(name)","tenant":"\#(tenant)","image":"test","command":["run"],"runtime":"simulated"}"#
                #expect(try await fleet.send(.post, "/v1/containers?wait=10", body).status == 201)
            }
            try await eventually("all are movable") {
                try await fleet.state().containers.values.allSatisfy { $0.mobility == .movable }
            }
            for _ in 0..<10 {
                for name in names { _ = try await fleet.move(name) }
            }
            _ = try await fleet.send(.delete, "/v1/containers/y?wait=10")
            let before = try await check(fleet)
            await fleet.stopControlPlane()
            try await fleet.startControlPlane()
            let after = try await check(fleet)
            #expect(before == after)
        }
    }

    /// Compares what the API says with the sum of all overlaps of the ledger's stays, and gives back what has ended.
    private func check(_ fleet: TestFleet) async throws -> [String: JSONValue] {
        let answer = try await fleet.send(.get, "/v1/exposure").body
        let json = try FleetJSON.decode(JSONValue.self, from: answer.utf8)
        guard case .string(let at) = json["at"], case .array(let pairs) = json["pairs"] else {
            Issue.record("not as expected: \(answer)")
            return [:]
        }
        let now = try Timestamp(at)
        let stays = try await fleet.residences()
        #expect(stays.filter { $0.leftAt == nil }.count == 3)
        var ended: [String: JSONValue] = [:]
        for (tenant, stranger) in [("acme", "other"), ("other", "acme")] {
            let pair = pairs.first { $0["tenant"] == .string(tenant) && $0["stranger"] == .string(stranger) }
            let expected = Self.seconds(of: tenant, beside: stranger, in: stays, at: now)
            let shown: Double? =
                switch pair?["seconds"] {
                case .integer(let number): Double(number)
                case .number(let number): number
                default: expected == 0 ? 0 : nil
                }
            #expect(
                shown.map { abs($0 - expected) < 0.0011 } ?? false,
                "\(tenant): \(String(describing: shown)), \(expected)")
            ended[tenant] = pair?["endedCount"]
        }
        return ended
    }

    /// For each container of the tenant, the time in which its stay overlapped with any of the stranger's on that host.
    private static func seconds(
        of tenant: String, beside stranger: String, in stays: [Residence], at now: Timestamp
    ) -> Double {
        var milliseconds: Int64 = 0
        for stay in stays where stay.tenant.text == tenant {
            let end = (stay.leftAt ?? now).milliseconds
            let overlaps = stays.filter { $0.tenant.text == stranger && $0.host == stay.host }
                .map { (max($0.arrivedAt, stay.arrivedAt).milliseconds, min(($0.leftAt ?? now).milliseconds, end)) }
                .filter { $0.0 < $0.1 }.sorted { $0.0 < $1.0 }
            var covered = Int64.min
            for (start, stop) in overlaps where stop > covered {
                milliseconds += stop - max(start, covered)
                covered = stop
            }
        }
        return Double(milliseconds) / 1000
    }

    @Test("an alarm stands while a container is beside somebody for longer than an attack is assumed to take")
    func alarm() async throws {
        try await TestFleet.with(hosts: 2) { fleet in
            _ = try await fleet.send(.post, "/v1/tenants", #"{"name":"other"}"#)
            let changed = try await fleet.send(
                .put, "/v1/policies/default",
                #"{"assumedAttackSeconds":0.2,"clock":{"model":"periodic","seconds":3600}}"#,
                headerFields: [.ifMatch: "*"])
            #expect(changed.status == 200, "\(changed.body)")
            let container = try await fleet.createContainer("echo", on: "host1")
            let body =
                #"{"name":"x","tenant":"other","image":"test","command":["run"],"runtime":"simulated","host":"host1"}"#
            #expect(try await fleet.send(.post, "/v1/containers?wait=10", body).status == 201)
            let key = AlarmKey(kind: .exposure, subject: "echo")
            try await eventually("the alarm stands") { try await fleet.state().alarms[key] != nil }
            _ = try await fleet.move(container.name, to: try HostName("host2"))
            try await eventually("the alarm is over") { try await fleet.state().alarms[key] == nil }
        }
    }

    @Test("accomplices on all hosts raise an alarm by the sum of short stays, under one name and under several")
    func accomplices() async throws {
        try await TestFleet.with(hosts: 2) { fleet in
            for tenant in ["spy-1", "spy-2"] {
                _ = try await fleet.send(.post, "/v1/tenants", #"{"name":"\#(tenant)"}"#)
            }
            let container = try await fleet.createContainer("victim", on: "host1")
            for (name, host) in [("spy-1", "host1"), ("spy-2", "host2")] {
                let body =
                    #"{"name":"\#(name)","tenant":"\#(name)","image":"test","command":["run"],"runtime":"simulated","host":"\#(host)"}"#
                #expect(try await fleet.send(.post, "/v1/containers?wait=10", body).status == 201)
            }
            func set(_ exposure: String) async throws {
                let body =
                    #"{"assumedAttackSeconds":600,"clock":{"model":"periodic","seconds":3600},"exposure":\#(exposure)}"#
                let answer = try await fleet.send(
                    .put, "/v1/policies/default", body, headerFields: [.ifMatch: "*"])
                #expect(answer.status == 200, "\(answer.body)")
            }
            let (whole, pair) = (
                AlarmKey(kind: .strangers, subject: "default"), AlarmKey(kind: .exposure, subject: "victim")
            )
            // 0.3 s beside anybody, and no limit beside one.
            try await set(#"{"groupFactor":null,"strangersFactor":0.0005}"#)
            try await eventually("the alarm about strangers stands") { try await fleet.state().alarms[whole] != nil }
            #expect(try await fleet.state().alarms[pair] == nil)
            _ = try await fleet.move(container.name, to: try HostName("host2"))
            // Both names together have had more than each.
            let halves = try await fleet.sums(of: "victim")
            #expect(halves.count == 2)
            let limit = (halves.max() ?? 0) * 1.0001 / 600
            try await set(#"{"groupFactor":null,"strangersFactor":null}"#)
            try await eventually("no alarm stands") { try await fleet.state().alarms.isEmpty }
            let grouped = try await fleet.send(
                .put, "/v1/trust-groups/ring", #"{"members":["spy-1","spy-2"]}"#)
            #expect(grouped.status == 200, "\(grouped.body)")
            try await set(#"{"groupFactor":\#(limit),"strangersFactor":null}"#)
            try await eventually("the alarm about the group stands") {
                try await fleet.state().alarms[pair]?.message.contains("group 'ring'") == true
            }
            #expect(try await fleet.sums(of: "victim").count == 1)
            await fleet.stopControlPlane()
            try await fleet.startControlPlane()
            #expect(try await fleet.sums(of: "victim").count == 1)
            #expect(try await fleet.send(.get, "/v1/trust-groups/ring").body.contains("spy-2"))
            #expect(try await fleet.send(.delete, "/v1/trust-groups/ring").status == 204)
            #expect(try await fleet.send(.get, "/v1/trust-groups/ring").status == 404)
        }
    }
}

extension TestFleet {
    /// For how many seconds a container was beside each stranger in sum.
    fileprivate func sums(of container: String) async throws -> [Double] {
        let answer = try await send(.get, "/v1/exposure?container=\(container)").body
        let view = try FleetJSON.decode(ExposureView.self, from: answer.utf8)
        return view.containers.first?.sums.strangers.map(\.seconds) ?? []
    }
}
