import AttackSimulation
import FleetModel
import Testing

@Suite("An experiment that is wrong")
struct ExperimentErrorTests {
    private func error(_ json: [UInt8]) throws -> String {
        "\(try #require(throws: SimulationError.self) { try Experiment(json: json) })"
    }

    @Test("is refused with the place of the change that is at fault")
    func places() throws {
        let clock = #"{"policy":{"clock":{"model":"periodic"}}}"#
        #expect(try error(MadeUp.json(base: clock)).hasPrefix("base.policy.clock: the field 'seconds' is missing"))
        #expect(try error(MadeUp.json(panel: clock)).hasPrefix("panels[0].change.policy.clock: "))
        #expect(
            try error(MadeUp.json(series: #"[{"label":"a"},{"label":"b","change":\#(clock)}]"#))
                .hasPrefix("panels[0].series[1].change.policy.clock: "))
        #expect(
            try error(MadeUp.json(steps: #"[{"label":"a"},{"label":"b","change":\#(clock)}]"#))
                .hasPrefix("panels[0].x.steps[1].change.policy.clock: "))
        #expect(
            try error(MadeUp.json(series: #"[{"label":"a","stepChanges":{"first":\#(clock)}}]"#))
                .hasPrefix("panels[0].series[0].stepChanges.first.policy.clock: "))
    }

    @Test("is refused for a value out of range with the place that says it last")
    func ranges() throws {
        #expect(
            try error(
                MadeUp.json(
                    base: #"{"attackers":{"count":3}}"#, panel: #"{"attackers":{"count":-1}}"#,
                    series: #"[{"label":"a","change":{"attackers":{"tenants":2}}}]"#)
            ).hasPrefix("panels[0].change.attackers.count: must be 0 to 30"))
        // What is below a choice does not shine through: the fields of the upper one are looked at.
        #expect(
            try error(
                MadeUp.json(
                    base: #"{"policy":{"clock":{"model":"periodic","seconds":60}}}"#,
                    panel: #"{"policy":{"clock":{"model":"periodic"}}}"#)
            ).hasPrefix("panels[0].change.policy.clock: "))
    }

    @Test("is refused for a misspelt field, in its own and in its scenarios")
    func misspelt() throws {
        #expect(
            try error(MadeUp.json(base: #"{"polcy":{}}"#)).hasPrefix("base.polcy: this object has no field 'polcy'"))
        #expect(
            try error(MadeUp.json(panel: #"{"policy":{"placement":{"rul":"uniform"}}}"#))
                .hasPrefix("panels[0].change.policy.placement.rul: "))
        #expect(try error(MadeUp.json(series: #"[{"label":"a","chnge":{}}]"#)).hasPrefix("panels[0].series[0].chnge: "))
        #expect(try error(MadeUp.json(more: #","from":"bars""#)).hasPrefix("panels[0].from: "))
        #expect(try error(MadeUp.json(more: #","form":"pie""#)).hasPrefix("panels[0].form: must be one of lines, bars"))
    }

    @Test(
        "is refused for a frame that no figure can be made of",
        arguments: [
            (MadeUp.json(series: "[]"), "panels[0].series: must be one or more, are none"),
            (MadeUp.json(steps: "[]"), "panels[0].x.steps: must be one step or more, are none"),
            (
                MadeUp.json(series: #"[{"label":"a"},{"label":"a"}]"#),
                "panels[0].series[1].label: must be one of its own, and 'a' is taken"
            ),
            (
                MadeUp.json(steps: #"[{"value":1},{"label":"a"}]"#),
                "panels[0].x.steps: must all have a value, or none of them"
            ),
            (
                MadeUp.json(steps: #"[{"value":2},{"value":1}]"#),
                "panels[0].x.steps[1].value: must be above that of the step before, is 1.0"
            ),
            (
                MadeUp.json(more: #","form":"lines""#), "panels[0].x.steps: must all have a value to make lines"
            ),
            (
                MadeUp.json(series: #"[{"label":"a","stepChanges":{"second":{}}}]"#),
                "panels[0].series[0].stepChanges.second: must be the name of a step; there are 'first'"
            ),
            (
                MadeUp.json(more: #","baseline":{"series":"none","shows":"gain"}"#),
                "panels[0].baseline.series: must be the label of a series, is 'none'; there are 'one'"
            ),
            (MadeUp.json(panel: "3"), "panels[0].change: must be an object: fields of a scenario"),
        ])
    func frames(json: [UInt8], message: String) throws { #expect(try error(json) == message) }

    @Test("is refused on a logarithmic axis that has no logarithm")
    func logarithmic() throws {
        let json = MadeUp.json(steps: #"[{"value":0},{"value":1}],"isLogarithmic":true"#)
        #expect(try error(json).hasPrefix("panels[0].x.steps[0].value: must be above 0"))
    }

    @Test("is refused when it is no JSON or no experiment")
    func noExperiment() throws {
        #expect(try error(Array("{".utf8)).hasPrefix("experiment: "))
        #expect(try error(Array("{}".utf8)) == "experiment: the field 'name' is missing")
        #expect(try error(Array("[]".utf8)) == "experiment: must be an object")
    }

    @Test("cannot be run with too few or too many runs", arguments: [-1, 0, 1, 1_000_001])
    func runs(runs: Int) throws {
        let experiment = try Experiment(json: MadeUp.json())
        let error = try #require(throws: SimulationError.self) { try ExperimentRun(experiment, runs: runs) }
        #expect("\(error)".hasPrefix("runs: must be 2 to 1000000"))
    }
}
