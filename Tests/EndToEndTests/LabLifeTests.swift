import FleetModel
import Foundation
import Glibc
import RelocateTesting
import Testing

@testable import Lab

extension EndToEnd {
    /// With a lab of its own beside the shared one.
    @Suite("The lab's life")
    struct LabLife {
        @Test("up twice is up once; down, also after kill -9 of everything, leaves nothing; down again does nothing")
        func life() async throws {
            let machine = try await Machine()
            let lab = try TestLab(name: "b", hostCount: 2)
            do {
                try await lab.up()
                let first = lab.lab.status()
                #expect(first.isRunning)
                try await lab.heal()
                #expect(lab.lab.status() == first)
                try await populate(lab)
                try await lab.down()
                #expect(try await lab.remains() == [])
                #expect(try await Machine() == machine)
                try await lab.down()

                try await lab.up()
                try await populate(lab)
                for process in try await lab.processes() { kill(process.processID, SIGKILL) }
                try await eventually("all have ended") { try await lab.processes().isEmpty }
                try await lab.down()
                #expect(try await lab.remains() == [])
                #expect(try await Machine() == machine)
                try await lab.down()
            } catch {
                try? await lab.down()
                throw error
            }
        }

        /// A container that has moved and runs.
        private func populate(_ lab: TestLab) async throws {
            let container = try await lab.create(
                "settler", image: "echo", port: 7, command: ["/usr/bin/echo", "7"], on: "host1")
            let relocation = try await lab.api.move(container.name, to: try HostName("host2"))
            #expect(relocation.state == .completed)
        }
    }
}

/// What a lab must not change on the machine.
private struct Machine: Equatable {
    let links: String
    let routes: String
    let rules: String

    init() async throws {
        links = try await execute(["ip", "-oneline", "link", "show"])
        routes = try await execute(["ip", "-4", "route", "show", "table", "all"])
        rules = try await execute(["nft", "list", "ruleset"])
    }
}

extension TestLab {
    /// All processes of the lab, containers' among them.
    fileprivate func processes() async throws -> [ProcessIdentity] {
        ProcessTable.all().filter { process in
            let command = readText("/proc/\(process.processID)/cmdline") ?? ""
            return command.contains(location.directory) || ProcessTable.isMember(process, of: location.controlGroup)
        }
    }

    /// What of the lab is on the machine.
    fileprivate func remains() async throws -> [String] {
        let mounts = (readText("/proc/self/mountinfo") ?? "").split(separator: "\n").map(String.init)
        return mounts.filter { $0.contains(location.prefix + "/") }
            + directoryEntries("/run/netns").filter { $0.hasPrefix(location.prefix + "-") }
            + LabControlGroups(location: location).present()
            + [location.directory, location.runDirectory].filter { access($0, F_OK) == 0 }
            + (try await processes()).map { readText("/proc/\($0.processID)/cmdline") ?? "" }
    }
}
