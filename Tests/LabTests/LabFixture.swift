import FleetModel
import Foundation
import Glibc
import Testing

@testable import Lab

/// A lab under a name of its own, whose processes are shells that wait. It is taken down whatever happens.
struct LabFixture {
    let location: LabLocation
    let plan: LabPlan
    let processes: [LabProcess]

    var lab: Lab { Lab(location) }

    static func with(kind: LabKind, _ body: (LabFixture) async throws -> Void) async throws {
        let prefix = "rl-test-\(getpid())-\(UInt16.random(in: 0 ... .max))"
        let base = "\(FileManager.default.temporaryDirectory.path())/\(prefix)".replacing("//", with: "/")
        let location = LabLocation(prefix: prefix, directory: "\(base)-lab", runDirectory: "\(base)-run")
        let plan = LabPlan(
            kind: kind, hostCount: 2, executable: "/bin/sh", location: location, networks: try .standard())
        let waiting = ["-c", "echo started; while :; do sleep 1; done"]
        let isReal = kind == .real
        let processes = ["gateway", "host1", "host2"].map { name in
            LabProcess(
                name: name, arguments: waiting,
                networkNamespace: isReal ? location.networkNamespace(name) : nil,
                mountNamespace: isReal && name != "gateway" ? location.mountNamespace(of: name) : nil)
        }
        let fixture = LabFixture(location: location, plan: plan, processes: processes)
        do {
            try await body(fixture)
        } catch {
            try? await fixture.lab.down(purge: true)
            throw error
        }
        try await fixture.lab.down(purge: true)
    }

    /// Runs a shell script in the namespaces of a host, or of the outside, and gives its output.
    func run(on name: String, _ script: String) async throws -> String {
        let mount = name.hasPrefix("host") ? ["--mount=\(location.mountNamespace(of: name))"] : []
        let command = ["nsenter", "--net=\(location.networkNamespace(name))"] + mount + ["--", "sh", "-c", script]
        return try await Launch.toEnd(command, scratch: location.directory)
    }

    /// What of the lab is on the machine, images aside.
    func traces() -> [String] {
        let mounts = (readText("/proc/self/mountinfo") ?? "").split(separator: "\n").map(String.init)
        let folders = [
            location.controlPlane, location.differences, "\(location.directory)/hosts", location.dumps,
            location.runDirectory,
        ]
        return mounts.filter { $0.contains(location.prefix) }
            + directoryEntries("/run/netns").filter { $0.contains(location.prefix) }
            + LabControlGroups(location: location).present()
            + folders.filter { access($0, F_OK) == 0 }
            + (access(location.stateFile, F_OK) == 0 ? [location.stateFile] : [])
    }
}
