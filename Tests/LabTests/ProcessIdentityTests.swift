import Glibc
import Testing

@testable import Lab

@Suite("Processes of a lab")
struct ProcessIdentityTests {
    @Test("one whose first thread has ended still runs, and is fetched when the last one has")
    func endsThreadByThread() async throws {
        let program =
            "import ctypes, threading; e = threading.Event(); threading.Thread(target=e.wait).start(); "
            + "ctypes.CDLL(None).pthread_exit(None)"
        let process = try Launch.detached(["/usr/bin/python3", "-c", program], log: "/dev/null")
        let number = process.processID
        #expect(await waitUntil(.seconds(20)) { readText("/proc/\(number)/stat")?.contains(") Z ") ?? true })
        #expect(process.isRunning)
        #expect(ProcessTable.all().contains(process))
        kill(number, SIGKILL)
        #expect(await waitUntil(.seconds(20)) { !process.isRunning })
        #expect(readText("/proc/\(number)/stat") == nil, "nothing is left to be fetched")
    }
}
