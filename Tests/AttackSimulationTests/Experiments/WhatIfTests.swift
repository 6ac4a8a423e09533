import AttackSimulation
import FleetModel
import Testing

@Suite("What if: a live fleet against each attacker")
struct WhatIfTests {
    private func hosts(_ count: Int) throws -> [SimulatedHost] {
        try (1...count).map { number in
            SimulatedHost(
                name: try HostName("host\(number)"),
                profile: HostProfile(
                    configuration: ["kernel": .text("6.\(number).0"), "distribution": .text("d\(number % 3)")],
                    network: ["zone": .text("z\(number % 2)")], services: ["listening": .table(["web": "1.\(number)"])]),
                tenants: [try TenantName(number % 2 == 0 ? "acme" : "umbrella")])
        }
    }

    @Test("the usual policy is answered for all six attackers, beside staying put and shorter stays")
    func answers() throws {
        let experiment = try WhatIf(attackSeconds: 120, attackers: 2).experiment(
            hosts: hosts(6), policy: Policy(), called: "default", moves: MoveModel())
        let result = try ExperimentRun(experiment, runs: 20, seed: 1).run(threads: 2)
        let panel = try #require(result.panels.first)
        #expect(
            Set(panel.points.map(\.step)) == [
                "seeded", "sitting", "chasing", "pre-positioning", "learning", "accumulating",
            ])
        #expect(panel.points.allSatisfy { (0...1).contains($0.y?.value ?? -1) })
        func safe(_ series: String, _ attacker: String) -> Double? {
            panel.points.first { $0.series == series && $0.step == attacker }?.y?.value
        }
        #expect(safe("staying put", "seeded") == 0, "an attack that has begun is never interrupted")
        let cost = try #require(result.panels.last)
        #expect(cost.points.first { $0.series == "staying put" }?.y?.value == 0)
        #expect(try ExperimentRun(experiment, runs: 20, seed: 1).run(threads: 1) == result)
    }

    @Test(
        "a question that cannot be answered names the field",
        arguments: [
            (WhatIf(attackers: 9), "attackers"), (WhatIf(attackSeconds: 0), "attackSeconds"),
            (WhatIf(attackSeconds: 100, horizonSeconds: 10), "horizonSeconds"),
        ])
    func refused(_ question: WhatIf, field: String) throws {
        #expect {
            _ = try question.experiment(hosts: hosts(4), policy: Policy(), called: "default", moves: MoveModel())
        } throws: { error in
            guard case SimulationError.outOfRange(let named, _) = error else { return false }
            return named == field
        }
    }

    @Test("a fleet of one host has nothing to simulate")
    func oneHost() throws {
        #expect(throws: SimulationError.self) {
            _ = try WhatIf().experiment(hosts: hosts(1), policy: Policy(), called: "default", moves: MoveModel())
        }
    }
}
