import AttackSimulation
import FleetModel
import Testing

@Suite("The scenario of a point")
struct LayingOverTests {
    private func scenarios(_ json: [UInt8]) throws -> [Scenario] { try Experiment(json: json).points().map(\.scenario) }

    @Test("is the base, under the panel's, the series', the step's, and the series' change at that step")
    func order() throws {
        let scenarios = try scenarios(
            MadeUp.json(
                base: #"{"attackers":{"count":1,"tenants":1},"horizon":{"seconds":10}}"#,
                panel: #"{"attackers":{"count":2,"tenants":2}}"#,
                series: """
                    [{"label":"a","change":{"attackers":{"count":3}},"stepChanges":{"2":{"attackers":{"count":5}}}},
                     {"label":"b"}]
                    """,
                steps: #"[{"value":1},{"value":2,"change":{"attackers":{"count":4}}}]"#))
        #expect(scenarios.map(\.attackers.count) == [3, 5, 2, 4])
        #expect(scenarios.allSatisfy { $0.attackers.tenants == 2 && $0.horizon == .seconds(10) })
    }

    @Test("has the defaults of scenarios where nothing says otherwise")
    func defaults() throws { #expect(try scenarios(MadeUp.json()) == [Scenario()]) }

    @Test(
        "takes a choice as a whole, since one alternative's fields mean nothing for another",
        arguments: [
            (
                #"{"policy":{"clock":{"model":"periodic","seconds":60,"jitter":0.5}}}"#,
                #"{"policy":{"clock":{"model":"exponential"}}}"#
            ),
            (#"{"fleet":{"synthetic":{"hosts":5,"skew":2}}}"#, #"{"fleet":{"synthetic":{"hosts":9}}}"#),
            (#"{"horizon":{"seconds":3600}}"#, #"{"horizon":{"stays":4}}"#),
            (#"{"attack":{"law":"gamma","shape":4,"mean":9}}"#, #"{"attack":{"law":"fixed","seconds":7}}"#),
            (#"{"reuse":{"power":{"exponent":2}}}"#, #"{"reuse":{"exponential":{"rate":3}}}"#),
            (
                #"{"attackers":{"positions":{"mostVisited":{"observedMoves":50}}}}"#,
                #"{"attackers":{"positions":"independent"}}"#
            ),
            (#"{"attackers":{"pursuit":{"chase":{"meanSeconds":60}}}}"#, #"{"attackers":{"pursuit":"sit"}}"#),
        ])
    func choices(below: String, above: String) throws {
        #expect(try scenarios(MadeUp.json(base: below, panel: above)) == scenarios(MadeUp.json(base: above)))
    }

    @Test("keeps what stands beside a choice")
    func besideChoices() throws {
        let scenario = try #require(
            try scenarios(
                MadeUp.json(
                    base: #"{"policy":{"assumedAttackSeconds":60,"placement":{"temperature":2}}}"#,
                    panel: #"{"policy":{"clock":{"model":"exponential"},"placement":{"rule":"uniform"}}}"#)
            ).first)
        #expect(scenario.policy.assumedAttackSeconds == 60)
        #expect(scenario.policy.clock == .exponential)
        #expect(scenario.policy.placement.temperature == 2)
        #expect(scenario.policy.placement.rule == .uniform)
    }
}
