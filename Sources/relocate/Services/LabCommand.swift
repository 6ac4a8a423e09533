import ArgumentParser
import FleetModel
import Foundation
import Lab

/// `relocate lab`: several hosts on this machine.
struct LabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab", abstract: "Build a fleet of several hosts on this machine, for demonstrations and tests.",
        subcommands: [LabUp.self, LabStatusCommand.self, LabDown.self, LabServiceCommand.self])
}

/// Where the lab of a command is.
struct LabOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where the lab keeps its files.", valueName: "directory"))
    var directory: String?

    @Option(
        help: ArgumentHelp(
            "What the names of its namespaces and control groups begin with: labs side by side need one each, and a "
                + "port each.", valueName: "prefix"),
        transform: LabOptions.prefix)
    var prefix: String?

    func validate() throws {
        guard directory == nil || prefix != nil else {
            throw ValidationError(
                "--directory needs --prefix: without one, this lab would have the names of the standard lab, and 'down' "
                    + "would remove that too")
        }
    }

    /// The lab.
    var lab: Lab {
        var location = LabLocation()
        if let prefix, prefix != location.prefix {
            location = LabLocation(
                prefix: prefix, directory: "/var/lib/relocate-lab-\(prefix)",
                runDirectory: "/run/relocate-lab-\(prefix)")
        }
        if let directory { location.directory = directory }
        return Lab(location)
    }

    /// A prefix becomes part of file names, of which everything that begins with it is removed by `down`.
    private static func prefix(_ text: String) throws -> String {
        let allowed = text.utf8.allSatisfy {
            ("a"..."z").contains(UnicodeScalar($0)) || ("0"..."9").contains(UnicodeScalar($0))
        }
        guard (1...12).contains(text.utf8.count), allowed else {
            throw ValidationError("--prefix must be 1 to 12 lower-case letters and digits, is '\(text)'")
        }
        return text
    }
}

/// `relocate lab up`
struct LabUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Build the lab and start its control plane and agents, or what is missing of it.",
        discussion: "Returns when the control plane has heard of all agents.")

    @OptionGroup var options: LabOptions

    @Option(help: "How many hosts carry containers, 1 to 200.")
    var hosts = 3

    @Option(help: "Where the dashboard and the API are served on 127.0.0.1.")
    var port: UInt16 = 8080

    @Option(help: "Where the agents reach the control plane: on the gateway, or on 127.0.0.1 when simulated.")
    var agentPort: UInt16 = 7700

    @Flag(help: "No namespaces and no containers: everything is simulated. Needs no root.")
    var simulated = false

    @Option(help: "What carries containers: runc, or docker with a daemon for each host.", transform: LabUp.runtime)
    var runtime = RuntimeKind.runc

    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            "Whether hosts look different from each other: each says that it is another distribution, and another "
                + "service listens on it."))
    var differ = true

    private static func runtime(_ text: String) throws -> RuntimeKind {
        guard let runtime = RuntimeKind(rawValue: text), runtime != .simulated else {
            throw ValidationError("--runtime must be runc or docker, is '\(text)'; --simulated needs none")
        }
        return runtime
    }

    func run() async throws {
        let plan = LabPlan(
            kind: simulated ? .simulated : .real, hostCount: hosts, port: port, agentPort: agentPort,
            executable: ProgramFiles.executable, location: options.lab.location, networks: try .standard(),
            differ: differ, runtime: runtime)
        try await options.lab.up(plan)
        try await LabAgents(of: plan).enrolled(within: .seconds(60))
        print("The lab is up: \(hosts) \(simulated ? "simulated " : "")hosts, http://127.0.0.1:\(port)")
    }
}

/// `relocate lab status`
struct LabStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what of the lab is there. Exit code 1 when it is not up or not whole.")

    @OptionGroup var options: LabOptions

    @Flag(help: "JSON for scripts.")
    var json = false

    func run() async throws {
        let status = options.lab.status()
        if json {
            print(String(decoding: try FleetJSON.encode(status), as: UTF8.self))
        } else if let plan = status.plan {
            print("\(plan.kind.rawValue) lab, \(plan.hostCount) hosts, http://127.0.0.1:\(plan.port)")
            for process in status.processes {
                let state = process.isRunning ? "runs" : "does not run"
                print(
                    "  \(process.name): \(state), pid \(process.processID.map(String.init) ?? "-"), log \(process.log)")
            }
        } else {
            print("There is no lab.")
        }
        if !status.namespaces.isEmpty, !json { print("  namespaces: \(status.namespaces.joined(separator: ", "))") }
        if !status.isRunning { throw ExitCode(1) }
    }
}

/// `relocate lab down`
struct LabDown: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "End and remove everything of the lab, also after a crash.")

    @OptionGroup var options: LabOptions

    @Flag(help: "Remove the images too.")
    var purge = false

    func run() async throws {
        try await options.lab.down(purge: purge)
    }
}

/// `relocate lab service`: what listens on a lab's host. Started by `up`.
struct LabServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Listen, as a service of a lab's host.", shouldDisplay: false)

    @Option(help: "What it says it is.")
    var name: String

    @Option(help: "Where it listens.")
    var address: IPv4Address

    @Option(help: "Its TCP port.")
    var port: UInt16

    func run() async throws {
        try await LabService(name: name, address: address, port: port).serve()
    }
}
