import FleetAPI
import FleetModel
import Foundation
import Glibc
import HTTP
import HostAgent
import RelocateTesting
import Testing

@testable import Lab

/// A lab under a name and ports of its own, in which processes can be ended at chosen moments and tools can be told to
/// fail.
final class TestLab: Sendable {
    @TaskLocal static var current: TestLab?

    let lab: Lab
    let plan: LabPlan
    let api: API
    let faults: Faults
    private let directory: String

    /// The lab of the suite that is running.
    static var shared: TestLab {
        get throws {
            guard let current else { throw NeverHappened(description: "the suite has no lab") }
            return current
        }
    }

    /// A lab that is kept in a folder named after its prefix, so that the next run finds what a killed one has left.
    /// - Parameter name: tells it from other labs of these tests.
    init(name: String, hostCount: Int, runtime: RuntimeKind = .runc) throws {
        let prefix = "rltest\(name)\(Self.checkout)"
        directory = NSTemporaryDirectory() + "relocate-\(prefix)"
        let location = LabLocation(prefix: prefix, directory: directory + "/lab", runDirectory: directory + "/run")
        faults = Faults(directory: directory + "/faults")
        let port = try freePort()
        plan = LabPlan(
            kind: .real, hostCount: hostCount, port: port, executable: Requirements.executable, location: location,
            networks: try .standard(), runtime: runtime)
        lab = Lab(location)
        api = API(port: port)
    }

    var location: LabLocation { plan.location }

    /// Tells the labs of different builds on one machine apart: a hash (FNV-1a) of the program's path.
    private static let checkout = String(
        Requirements.executable.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }, radix: 16)

    func up() async throws {
        try await down()
        try faults.install(hosts: plan.hostNames)
        try await lab.up(plan, processes: processes(dying: [:]))
        try await awaitControlPlane()
        for image in Requirements.images {
            let answer = try await api.send(
                .post, "/v1/images?name=\(image)", [.contentType: "application/x-tar"],
                .file(path: Requirements.archive(of: image)))
            guard answer.status == 201 else { throw NeverHappened(description: "import of \(image): \(answer.body)") }
        }
        try await api.send(.post, "/v1/tenants", #"{"name":"acme"}"#)
        try await api.send(.put, "/v1/scheduler", #"{"paused":true}"#)
    }

    func down() async throws {
        try await lab.down(purge: true)
        faults.remove()
        rmdir(directory)
    }

    /// Waits until the control plane answers and every host is there.
    func awaitControlPlane() async throws {
        try await eventually("the control plane answers and all hosts are there") {
            guard let answer = try? await api.send(.get, "/v1/hosts"), answer.status == 200 else { return false }
            let hosts = try answer.decode(ListView<HostView>.self).items.map(\.host)
            return hosts.count == plan.hostCount + 1 && hosts.allSatisfy { $0.state == .ready }
        }
    }

    // MARK: Processes

    /// The lab's processes, some of which will end at a moment of a step such as `checkpoint:done`.
    private func processes(dying: [String: String]) -> [LabProcess] {
        plan.processes.map { process in
            var process = process
            if plan.hostNames.contains(process.name) { process.arguments += ["--criu", faults.criu(of: process.name)] }
            if process.name == "gateway" { process.program = faults.gateway }
            for host in plan.hostNames where process.name == "\(host)-containerd" {
                process.program = faults.containerd(of: host)
            }
            if let moment = dying[process.name] { process.arguments += ["--die-at", moment] }
            return process
        }
    }

    func isRunning(_ process: String) -> Bool {
        lab.status().processes.first { $0.name == process }?.isRunning ?? false
    }

    /// Every process of the lab runs: none has crashed.
    func expectAllRun(sourceLocation: SourceLocation = #_sourceLocation) {
        for process in lab.status().processes where !process.isRunning {
            Issue.record("\(process.name) has ended: \(readText(process.log) ?? "")", sourceLocation: sourceLocation)
        }
    }

    func processID(of process: String) throws -> Int32 {
        guard let number = lab.status().processes.first(where: { $0.name == process })?.processID else {
            throw NeverHappened(description: "\(process) was never started")
        }
        return number
    }

    /// Ends a process with kill -9.
    func kill(_ process: String) async throws {
        let number = try processID(of: process)
        Glibc.kill(number, SIGKILL)
        try await eventually("\(process) has ended") { !isRunning(process) }
    }

    /// Starts again, with changed or usual arguments, what does not run.
    func heal(dying: [String: String] = [:], changing change: (inout LabProcess) -> Void = { _ in }) async throws {
        var processes = processes(dying: dying)
        for index in processes.indices { change(&processes[index]) }
        try await lab.up(plan, processes: processes)
    }

    /// Starts a process anew that will end at a moment of a step.
    func arm(_ process: String, toDieAt moment: String) async throws {
        try await kill(process)
        try await heal(dying: [process: moment])
    }

    // MARK: Places

    func network(of name: String) -> NetworkNamespace {
        NetworkNamespace(path: location.networkNamespace(name))
    }

    /// Where clients are.
    var outside: NetworkNamespace { network(of: "outside") }

    /// Runs a program in the network of a host.
    func execute(on name: String, _ command: String...) async throws -> String {
        let command = ["nsenter", "--net=\(location.networkNamespace(name))", "--"] + command
        return try await EndToEndTests.execute(command)
    }

    /// Runs a program among the files of a host.
    @discardableResult
    func execute(amongFilesOf host: String, _ command: String...) async throws -> String {
        let command = ["nsenter", "--mount=\(location.mountNamespace(of: host))", "--"] + command
        return try await EndToEndTests.execute(command)
    }
}

/// A port of the loopback interface that nobody uses at the moment.
private func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
        }
    }
    guard result == 0 else { throw NeverHappened(description: "no free port: \(String(cString: strerror(errno)))") }
    return UInt16(bigEndian: address.sin_port)
}
