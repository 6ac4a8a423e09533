import AttackSimulation
import FleetModel
import Foundation
import Testing

@testable import relocate

@Suite("relocate simulate")
struct SimulateTests {
    @Test("one subject at a time, and questions about a fleet only with --fleet")
    func arguments() throws {
        #expect(try SimulateCommand.parse(["time-migration", "--runs", "20", "--seed", "3"]).runs == 20)
        let fleet = try SimulateCommand.parse(["--fleet", "--attack", "2m", "--attackers", "3", "--policy", "night"])
        #expect(fleet.question.attack?.seconds == 120)
        for wrong in [
            ["time-migration", "--fleet"], ["--file", "x.json", "--fleet"], ["time-migration", "--attackers", "3"],
            ["--horizon", "1h"], ["time-migration", "--threads", "0"], ["--fleet", "--attack", "soon"],
        ] {
            #expect(throws: (any Error).self, "\(wrong)") { try SimulateCommand.parse(wrong) }
        }
    }

    /// A result of one point: a larger experiment would take the processors from the tests beside it.
    private static func result() throws -> ExperimentResult {
        let document = """
            {"name":"tiny","title":"Tiny","question":"Why?","panels":[{"name":"one","title":"One",
             "x":{"label":"x","steps":[{"value":1}]},"y":{"measure":"survival","label":"survival"},
             "series":[{"label":"static","change":{"policy":{"clock":{"model":"static"}}}}]}]}
            """
        return try ExperimentRun(Experiment(json: document.utf8), runs: 2).run(threads: 1)
    }

    @Test("a result leaves report, table, document and a figure for each panel, and says where")
    func files() throws {
        let result = try Self.result()
        let directory = NSTemporaryDirectory() + "relocate-files-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let paths = try ResultFiles(result, report: "words").write(to: directory)
        #expect(
            paths.map { $0.dropFirst(directory.count + 1) }.prefix(3) == [
                "tiny.md", "tiny.csv", "tiny.json",
            ])
        #expect(paths.dropFirst(3) == ["\(directory)/tiny-one.svg"])
        for path in paths { #expect(FileManager.default.fileExists(atPath: path)) }
        let words = try String(contentsOfFile: "\(directory)/tiny.md", encoding: .utf8)
        #expect(words == "words")
    }

    @Test("a directory that cannot be made is named")
    func noDirectory() throws {
        let result = try Self.result()
        #expect {
            _ = try ResultFiles(result, report: "").write(to: "/proc/nothing")
        } throws: { "\($0)".contains("/proc/nothing") }
    }
}
