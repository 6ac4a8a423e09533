import FleetModel
import Glibc
import Testing

@testable import HostAgent

@Suite("Files of /proc that come and go")
struct FleetingFileTests {
    @Test(
        "those of threads and descriptors are told from those of processes and of the machine",
        arguments: [
            ("/proc/1/task/7/status", true), ("/proc/1/task/7", true), ("/proc/1/fdinfo/3", true),
            ("/proc/1/task/1/fdinfo/3", true), ("/proc/1/task/1/status", false), ("/proc/1/task", false),
            ("/proc/1/status", false), ("/proc/1/fd", false), ("/proc/meminfo", false), ("/proc/sys/net/task/7", false),
            ("/data/proc/1/task/7/status", false), ("", false),
        ])
    func paths(path: String, isFleeting: Bool) { #expect(FleetingFiles.isFleeting(path) == isFleeting) }

    @Test("who has one open is stopped again a few times, and then it is said which")
    func found() async throws {
        let path = "/proc/\(getpid())/fdinfo/0"
        let file = open(path, O_RDONLY | O_CLOEXEC)
        #expect(file >= 0)
        defer { close(file) }
        let network = StillNetwork {
            0
        } silence: { _ in
        }
        let failure = await #expect(throws: StepFailure.self) {
            try await StillMoment(network, ConnectionRules()).seize { isFit throws(StepFailure) in
                try isFit([getpid()])
            }
        }
        #expect(failure?.code == .fleetingFile)
        #expect(failure?.message.hasPrefix("it had /proc/\(getpid())/") == true)
        #expect(failure?.message.contains("\(StillMoment.mostStops) times in a row") == true)
    }
}
