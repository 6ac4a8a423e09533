import ArgumentParser
import FleetModel
import Testing

@testable import relocate

@Suite("Verbs about pins, pauses, tenants and drains")
struct StrategyArgumentTests {
    @Test("a pin has a reason and exactly one end")
    func pins() throws {
        let pin = try ContainersPin.parse(["cache", "--reason", "backup", "--for", "30m"])
        #expect(pin.span?.seconds == 1800)
        #expect(try ContainersPin.parse(["cache", "--reason", "x", "--until", "2026-01-31T12:00:00Z"]).until != nil)
        for arguments in [
            ["cache", "--reason", "x"], ["cache", "--for", "30m"], ["cache", "--reason", " ", "--for", "30m"],
            ["cache", "--reason", "x", "--for", "0s"], ["cache", "--reason", "x", "--for", "400d"],
            ["cache", "--reason", "x", "--for", "30m", "--until", "2026-01-31T12:00:00Z"],
        ] {
            #expect(throws: (any Error).self) { try ContainersPin.parse(arguments) }
        }
    }

    @Test("a tenant's change sends what was given and nothing else, and null for the default policy")
    func tenants() throws {
        func changes(_ arguments: String...) throws -> JSONValue {
            try JSONValue(encoding: try TenantsSet.parse(["shop"] + arguments).changes)
        }
        #expect(try changes("--policy", "night") == ["policy": .string("night")])
        #expect(try changes("--default-policy") == ["policy": .null])
        #expect(
            try changes("--never-beside", "a", "--never-beside", "b", "--paused")
                == ["neverBeside": .array([.string("a"), .string("b")]), "isPaused": .bool(true)])
        #expect(try changes("--beside-all", "--resumed") == ["neverBeside": .array([]), "isPaused": .bool(false)])
    }

    @Test(
        "changes of a tenant that contradict each other are refused",
        arguments: [
            [], ["--policy", "a", "--default-policy"], ["--never-beside", "a", "--beside-all"],
            ["--paused", "--resumed"], ["--never-beside", "shop"],
        ])
    func contradictions(arguments: [String]) {
        #expect(throws: (any Error).self) { try TenantsSet.parse(["shop"] + arguments) }
    }

    @Test("a container's policy is shown with by whose word it holds")
    func policies() throws {
        var container = try Samples.container(.running)
        var tenant = Tenant(name: try TenantName("shop"), createdAt: Samples.time)
        #expect(
            ContainersPolicy.words(for: container, of: tenant)
                == "policy 'default': neither it nor tenant shop names one")
        tenant.policy = try PolicyName("night")
        #expect(ContainersPolicy.words(for: container, of: tenant) == "policy 'night', that of tenant shop")
        container.policy = try PolicyName("calm")
        #expect(ContainersPolicy.words(for: container, of: nil) == "policy 'calm', its own")
        #expect(throws: (any Error).self) { try ContainersPolicy.parse(["echo", "calm", "--tenant"]) }
    }

    @Test("suspected tenants are named one by one, and a drain's wait has a limit")
    func others() throws {
        let move = try MoveCommand.parse(["echo", "--alert", "--avoid-tenant", "a", "--avoid-tenant", "b"])
        #expect(move.alert)
        #expect(move.avoidTenants.map(\.text) == ["a", "b"])
        #expect(try HostsDrain.parse(["host1", "--wait", "60"]).wait == 60)
        #expect(throws: (any Error).self) { try HostsDrain.parse(["host1", "--wait", "0"]) }
        #expect(throws: (any Error).self) { try HostsLabel.parse(["host1", "a=1", "a-"]) }
        #expect(throws: (any Error).self) { try ExposureCommand.parse(["--limit", "0"]) }
    }

    @Test("what keeps a container where it is stands in its note")
    func notes() throws {
        var container = try Samples.container(.running)
        #expect(container.note == nil)
        container.pin = Pin(reason: "backup", until: Samples.time, setBy: "alice")
        container.isPaused = true
        #expect(container.note == "pinned: backup; its clock is paused")
    }
}
