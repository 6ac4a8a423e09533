import FleetModel
import FoundationEssentials
import Glibc
import HTTP
import Logging
import RelocateTesting
import Testing

@testable import HostAgent

@Suite("What an agent remembers of the orders that it has carried out")
struct OrderJournalTests {
    @Test("an agent that runs for long forgets what nobody asks for any more, and nothing else")
    func forgets() async throws {
        signal(SIGPIPE, SIG_IGN)
        try await TemporaryDirectory.with { root in
            try FileBytes.replace("\(root)/token", with: Array("secret".utf8))
            let facts = HostFacts(
                kernel: "6.1", distribution: "test", architecture: "x86_64", cpuModel: "test", cpuCount: 2,
                memoryBytes: 8 << 30, cgroupVersion: 2, criuVersion: nil, runcVersion: nil, addresses: [],
                runtimes: [.simulated], problems: [], agentVersion: "test")
            var configuration = Agent.Configuration(
                enrolment: Enrolment(
                    host: try HostName("host1"), role: .worker, address: IPv4Address(number: 1), facts: facts,
                    capacity: HostCapacity(containers: 1, memoryBytes: 1 << 30)),
                // Nobody is there: it goes on trying.
                controlPlane: .unix(path: "\(root)/nobody"), stateDirectory: root, joinTokenFile: "\(root)/token")
            configuration.journalInterval = .milliseconds(5)
            let agent = try Agent(
                configuration, runtimes: [SimulatedRuntime()], network: SimulatedHostNetwork(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let running = Task { try await agent.run() }
            defer { running.cancel() }

            let journal = try OrderJournal(directory: "\(root)/journal")
            let recent = OrderID(operation: "8", step: "prepare", attempt: 1)
            try journal.record(
                OrderOutcome(id: recent, result: .succeeded(.done), durationMilliseconds: 1, timings: [:]))
            for round in 1...2 {
                let old = OrderID(operation: "7-\(round)", step: "prepare", attempt: 1)
                try journal.record(
                    OrderOutcome(id: old, result: .succeeded(.done), durationMilliseconds: 1, timings: [:]))
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: -100_000)],
                    ofItemAtPath: "\(root)/journal/7-\(round)")
                try await eventually("it has forgotten") { journal.outcome(of: old) == nil }
            }
            #expect(journal.outcome(of: recent) != nil)
            running.cancel()
            _ = await running.result
        }
    }
}
