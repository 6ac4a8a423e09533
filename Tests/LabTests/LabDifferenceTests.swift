import FleetModel
import Foundation
import Glibc
import HostAgent
import RelocateTesting
import Testing

@testable import Lab

@Suite("Hosts of a lab that differ", .serialized)
struct LabDifferenceTests {
    /// Every Debian has it, and it can listen.
    private static let perl = "/usr/bin/perl"

    @Test(
        "profiles of hosts differ in distribution and service, and nothing of it is left",
        .enabled(if: geteuid() == 0 && access(perl, X_OK) == 0))
    func profiles() async throws {
        try await LabFixture.with(kind: .real) { fixture in
            let lab = fixture.lab
            let (plan, processes) = listening(fixture)
            let machine = try String(contentsOfFile: "/etc/os-release", encoding: .utf8)
            try await lab.up(plan, processes: processes)
            let profiles = try await profiles(of: plan, in: fixture)
            #expect(
                profiles.map(\.services[AttributeName.listening]) == [
                    .table(["tcp/lab-mail": ""]), .table(["tcp/lab-files": ""]),
                ])
            #expect(
                profiles.map(\.configuration[AttributeName.distribution]) == [
                    .table(["id": "debian", "version": "12", "family": "debian"]),
                    .table(["id": "ubuntu", "version": "22.04", "family": "debian"]),
                ])
            #expect(profiles[0].configuration[AttributeName.kernel] == profiles[1].configuration[AttributeName.kernel])
            let release = try await fixture.run(on: "host2", "cat /etc/os-release")
            #expect(release.contains("VARIANT=\"simulated by relocate lab\""))
            #expect(try String(contentsOfFile: "/etc/os-release", encoding: .utf8) == machine)

            // Once more: nothing is bound twice.
            let list = "grep -F \(fixture.location.differences) /proc/self/mountinfo"
            let mounts = try await fixture.run(on: "host1", list)
            #expect(mounts.split(separator: "\n").count == 2)
            try await lab.up(plan, processes: processes)
            #expect(try await fixture.run(on: "host1", list) == mounts)

            for process in lab.status().processes { if let number = process.processID { kill(number, SIGKILL) } }
            #expect(await waitUntil(.seconds(10)) { !lab.status().processes.contains(where: \.isRunning) })
            try await lab.up(plan, processes: processes)
            #expect(lab.status().isRunning)

            // Without the record, the service is found in the host's namespaces.
            unlink(fixture.location.stateFile)
            let services = ProcessTable.all().filter { $0.commandLine.contains(fixture.location.differences) }
            #expect(services.count == 2)
            try await lab.down()
            #expect(fixture.traces().isEmpty)
            #expect(services.allSatisfy { !$0.isRunning })
            #expect(try String(contentsOfFile: "/etc/os-release", encoding: .utf8) == machine)
        }
    }

    @Test("a lab of like hosts is left as the machine is", .enabled(if: geteuid() == 0))
    func alike() async throws {
        try await LabFixture.with(kind: .real) { fixture in
            var plan = fixture.plan
            plan.differ = false
            try await fixture.lab.up(plan, processes: fixture.processes)
            #expect(
                try await fixture.run(on: "host1", "cat /etc/os-release")
                    == (try String(contentsOfFile: "/etc/os-release", encoding: .utf8)))
            #expect(!plan.processes.contains { $0.program != nil })
            await #expect(throws: LabError.self) {
                try await fixture.lab.up(fixture.plan, processes: fixture.processes)
            }
        }
    }

    @Test("thirty hosts in a row are all different, and say whose invention it is")
    func variety() {
        let differences = (0..<30).map(LabDifference.init(ofHost:))
        #expect(Set(differences).count == 30)
        #expect(differences.allSatisfy { $0.release.hasSuffix("VARIANT_ID=relocate-lab\n") })
        #expect(LabDifference(ofHost: 30) == differences[0])
    }

    @Test("a real lab starts a service on each host, and a simulated one does not")
    func plans() throws {
        let real = LabPlan(kind: .real, hostCount: 2, executable: "/bin/relocate", networks: try .standard())
        let names = real.processes.map(\.name)
        #expect(
            names == ["control-plane", "gateway", "host1", "host2", "host1-service", "host2-service"])
        var simulated = real
        simulated.kind = .simulated
        #expect(simulated.processes.map(\.name) == ["control-plane", "gateway", "host1", "host2"])
    }

    @Test("a service says its name, to one after the other")
    func service() async throws {
        let port = try await freePort()
        let loopback = IPv4Address(number: 0x7F00_0001)
        let service = LabService(name: "lab-test", address: loopback, port: port)
        // It serves until the process ends.
        Task { try await service.serve() }
        for _ in 1...3 {
            try await eventually("a greeting") {
                let answer = try await Launch.toEnd(
                    ["bash", "-c", "timeout 5 cat < /dev/tcp/127.0.0.1/\(port) || true"], scratch: "/tmp")
                return answer.contains("lab-test: a service of a Relocate lab")
            }
        }
        await #expect(throws: LabError.self) { try await service.serve() }
    }

    // MARK: Support

    /// The fixture's lab with services, which are perl under the names that the plan has for them.
    private func listening(_ fixture: LabFixture) -> (LabPlan, [LabProcess]) {
        var plan = fixture.plan
        plan.executable = Self.perl
        let script = """
            socket(my $s, PF_INET, SOCK_STREAM, 0); \
            bind($s, sockaddr_in($ARGV[1], inet_aton($ARGV[0]))) or die $!; listen($s, 5); print "listens\\n"; sleep
            """
        let processes = plan.processes.filter { $0.program != nil }.enumerated().map { index, process in
            var process = process
            process.arguments = [
                "-MSocket", "-e", script, "\(plan.address(ofHost: index))", "\(LabDifference(ofHost: index).port)",
            ]
            return process
        }
        return (plan, processes)
    }

    private func profiles(of plan: LabPlan, in fixture: LabFixture) async throws -> [HostProfile] {
        var profiles: [HostProfile] = []
        for (index, name) in plan.hostNames.enumerated() {
            let process = try #require(
                fixture.lab.status().processes.first { $0.name == "\(name)-service" }?.processID)
            var configuration = HostSurvey.Configuration(
                address: plan.address(ofHost: index), criu: "/nonexistent", runc: "/nonexistent",
                namespace: NetworkNamespace(path: fixture.location.networkNamespace(name)))
            configuration.root = "/proc/\(process)/root"
            let survey = HostSurvey(configuration)
            try await eventually("\(name) listens") {
                let listening = await survey.profile().services[AttributeName.listening]
                return listening != nil && listening != .table([:])
            }
            profiles.append(await survey.profile())
        }
        return profiles
    }

    private func freePort() async throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let refusal = withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) | getsockname(descriptor, $0, &length)
            }
        }
        try #require(refusal == 0)
        return UInt16(bigEndian: place.sin_port)
    }
}

extension ProcessIdentity {
    fileprivate var commandLine: String { readText("/proc/\(processID)/cmdline") ?? "" }
}
