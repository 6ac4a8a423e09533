import AttackSimulation
import FleetModel
import Testing

@Suite("The experiments that come with the program")
struct ShippedExperimentTests {
    static let names = [
        "time-migration", "space-migration", "modern-attacks", "relocation-can-lose", "bound-beats-mean",
        "greedy-is-exploitable", "ablation",
    ]

    @Test("are all there, in the order in which they are best read")
    func all() throws { #expect(try Experiment.all.map(\.name) == Self.names) }

    @Test("are found by name, and another name is answered with theirs")
    func named() throws {
        #expect(try Experiment.named("ablation").name == "ablation")
        let error = try #require(throws: SimulationError.self) { try Experiment.named("abblation") }
        #expect(
            "\(error)" == "there is no experiment 'abblation'; there are \(Self.names.joined(separator: ", "))")
    }

    @Test("say what they ask, what they assume, and what each mark means", arguments: names)
    func words(name: String) throws {
        let experiment = try Experiment.named(name)
        #expect(experiment.question.hasSuffix(".") || experiment.question.hasSuffix("?"))
        #expect(!experiment.notes.isEmpty)
        #expect(experiment.panels.flatMap(\.marks).allSatisfy { $0.meaning.hasSuffix(".") })
    }

    @Test("are right to the last field, and stay the same when they are written and read again", arguments: names)
    func roundTrip(name: String) throws {
        let experiment = try Experiment.named(name)
        #expect(try Experiment(json: FleetJSON.encode(experiment)) == experiment)
    }

    /// An experiment with the first and the last step of each panel alone, which makes it short.
    private func ends(of experiment: Experiment) throws -> Experiment {
        var experiment = experiment
        for number in experiment.panels.indices {
            let steps = experiment.panels[number].x.steps
            let ends = steps.count > 1 ? [steps[0], steps[steps.count - 1]] : steps
            experiment.panels[number].x.steps = ends
            for series in experiment.panels[number].series.indices {
                experiment.panels[number].series[series].stepChanges = experiment.panels[number].series[series]
                    .stepChanges.filter { change in ends.contains { $0.name == change.key } }
            }
        }
        return experiment
    }

    @Test("run with a few runs, and the same seed gives the same bytes on any number of threads", arguments: names)
    func run(name: String) throws {
        let run = try ExperimentRun(ends(of: try Experiment.named(name)), runs: 2, seed: 3)
        let result = try run.run(threads: 1)
        #expect(result.panels.map(\.points.count).reduce(0, +) == run.pointCount)
        #expect(result.runs == 2 && result.seed == 3)
        let bytes = try JSONReport(result).bytes
        #expect(try JSONReport(try run.run(threads: 2)).bytes == bytes)
        #expect(try JSONReport.result(of: bytes) == result)
    }
}
