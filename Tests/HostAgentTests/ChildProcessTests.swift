import Glibc
import Testing

@testable import HostAgent

@Suite("Programs that the agent starts")
struct ChildProcessTests {
    @Test(
        "with what a program has ended is told",
        arguments: [("exit 0", "status 0"), ("exit 3", "status 3"), ("kill -9 $$", "signal 9")])
    func ends(_ script: String, _ end: String) throws {
        let process = try ChildProcess.spawn(["/bin/sh", "-c", script])
        #expect(ChildProcess.wait(for: process)?.description == end)
    }

    @Test("of one whose end somebody else has taken notice of, nobody says that it succeeded")
    func unknown() throws {
        let process = try ChildProcess.spawn(["/bin/false"])
        #expect(waitpid(process, nil, 0) == process)
        #expect(ChildProcess.wait(for: process) != .code(0))
    }
}
