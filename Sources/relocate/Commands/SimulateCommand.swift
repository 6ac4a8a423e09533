import ArgumentParser
import AttackSimulation
import FleetModel

/// `relocate simulate`
struct SimulateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Simulate attacks on containers that move, or that stay.",
        discussion: """
            Without a name: lists the experiments. With one: runs it here, on all processors, and prints a report; --out \
            keeps table (CSV), result (JSON), figures (SVG) and report (Markdown). No control plane is needed.

            With --fleet: asks the control plane how its hosts, tenants and policy as they are would stand against each \
            kind of attacker. Nothing is moved.

            The same experiment, runs and seed give the same result, to the last digit.
            """)

    @Argument(help: "The experiment's name.")
    var experiment: String?

    @Option(help: ArgumentHelp("An experiment of your own instead; '-' is standard input.", valueName: "file"))
    var file: String?

    @Flag(help: "The fleet of the control plane as it is.")
    var fleet = false

    @OptionGroup(title: "With --fleet")
    var question: FleetQuestionOptions

    @Option(help: "How many runs each point has.")
    var runs: Int?

    @Option(help: "What decides all that is drawn.")
    var seed: UInt64?

    @Option(help: "How many threads share the work. (default: one for each processor)")
    var threads: Int?

    @Option(help: ArgumentHelp("Where files are written.", valueName: "directory"))
    var out: String?

    @OptionGroup var options: ClientOptions

    func validate() throws {
        let subjects = [experiment.map { "'\($0)'" }, file.map { _ in "--file" }, fleet ? "--fleet" : nil]
        let given = subjects.compactMap(\.self)
        guard given.count < 2 else {
            throw ValidationError("\(given.joined(separator: " and ")) exclude each other: say one of them")
        }
        if !fleet, let option = question.given.first {
            throw ValidationError("\(option) belongs to --fleet")
        }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads must be 1 to 1024, is \(threads)")
        }
    }

    func run(_ session: Session) async throws {
        if fleet {
            let simulation = try await FleetSimulation(session).run(question, runs: runs, seed: seed)
            return try show(simulation.result, command: "relocate simulate --fleet", session)
        }
        guard let (chosen, words) = try chosen() else { return try list(session) }
        let run = try checked { () throws(SimulationError) in
            try ExperimentRun(chosen, runs: runs, seed: seed)
        }
        let progress = ProgressLine(session.complaints)
        let result = try checked { () throws(SimulationError) in
            try run.run(threads: threads) { finished, all in
                if session.complaints.isTerminal { progress.show(finished, of: all, "of \(all) runs") }
            }
        }
        progress.clear()
        try show(result, command: "relocate simulate \(words)", session)
    }

    /// The experiment that is meant, and the words that name it.
    private func chosen() throws -> (Experiment, words: String)? {
        if let file {
            let document = try InputFile.object(file, like: "the experiments of 'relocate simulate --json'")
            let bytes = try FleetJSON.encode(JSONValue.object(document))
            let chosen = try checked { () throws(SimulationError) in try Experiment(json: bytes) }
            return (chosen, "--file \(file == "-" ? "\(chosen.name).json" : file)")
        }
        guard let experiment else { return nil }
        return (try checked { () throws(SimulationError) in try Experiment.named(experiment) }, experiment)
    }

    private func list(_ session: Session) throws {
        let all = try checked { () throws(SimulationError) in try Experiment.all }
        if session.wantsJSON { return try session.output.json(try FleetJSON.encode(all)) }
        let rows = all.map { experiment -> [Table.Cell] in
            [Table.Cell(experiment.name, .strong), Table.Cell(experiment.title), Table.Cell(experiment.runs)]
        }
        try session.output.write(
            Table(
                columns: [.words("experiment"), .words("what it shows"), .numbers("runs")], rows: rows
            ).text(in: session.output.style))
    }

    private func show(_ result: ExperimentResult, command: String, _ session: Session) throws {
        let command = "\(command) --runs \(result.runs) --seed \(result.seed) --out DIR"
        let report = MarkdownReport(result, command: command).text
        if session.wantsJSON {
            try session.output.json(try JSONReport(result).bytes)
        } else {
            try session.output.write(report)
        }
        guard let out else { return }
        for path in try ResultFiles(result, report: report).write(to: out) {
            try session.complaints.line(path)
        }
    }
}

/// Runs something of the simulator and turns its errors into those of verbs.
private func checked<Value>(_ body: () throws(SimulationError) -> Value) throws(ClientError) -> Value {
    do {
        return try body()
    } catch {
        throw .badInput("\(error)")
    }
}

/// What is asked about a fleet.
struct FleetQuestionOptions: ParsableArguments {
    @Option(help: "The policy. (default: default)", transform: { try PolicyName($0) })
    var policy: PolicyName?

    @Option(
        help: ArgumentHelp(
            "How long an attack takes on average. (default: what the policy assumes)", valueName: "span"),
        transform: { try TimeSpan($0) })
    var attack: TimeSpan?

    @Option(help: "How many containers attackers have. (default: 3)")
    var attackers: Int?

    @Option(
        help: ArgumentHelp("How long the container is watched. (default: thirty attacks)", valueName: "span"),
        transform: { try TimeSpan($0) })
    var horizon: TimeSpan?

    /// The options that were given.
    var given: [String] {
        [
            policy.map { _ in "--policy" }, attack.map { _ in "--attack" }, attackers.map { _ in "--attackers" },
            horizon.map { _ in "--horizon" },
        ].compactMap(\.self)
    }
}
