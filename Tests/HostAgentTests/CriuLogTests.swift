import FleetModel
import Testing

@testable import HostAgent

@Suite("CRIU's errors in plain words")
struct CriuLogTests {
    @Test(
        "a known error is explained, and quoted",
        arguments: [
            (
                "Error (criu/tty.c:1830): tty: Found dangling tty with sid 1 pgid 1 (pts) on peer fd 0.",
                "it has a terminal"
            ),
            ("Error (criu/sk-inet.c:137): inet: Unsupported proto 262 for socket 2f", "it uses Multipath TCP"),
            (
                "Error (criu/files-ext.c:98): Can't dump file 4 of that type [0] (unknown anon_inode:[io_uring])",
                "it uses io_uring"
            ),
            (
                "Error (criu/files-reg.c:1790): Can't lookup mount=24 for fd=3 path=/var/log/host",
                "it has a file open that lies outside of the container"
            ),
            (
                "Error (criu/sk-unix.c:881): unix: Can't dump half of stream unix connection. name: (null)",
                "it has a Unix socket that leads out of the container"
            ),
            (
                "Error (criu/files-ext.c:98): Can't dump file 4 of that type [20666] (chr 10:200)",
                "it has a device open that cannot move"
            ),
        ])
    func explained(line: String, meaning: String) {
        let text = """
            (00.000300) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
            (00.012345) \(line)
            (00.012400) Error (criu/cr-dump.c:2098): Dumping FAILED.
            """
        let failure = CriuLog(text: text).failure(.dumpRefused, firstError: "rlimit")
        #expect(failure.code == .dumpRefused)
        #expect(failure.message == meaning)
        #expect(failure.toolMessage == line)
    }

    @Test("a full disk is not the container's fault")
    func fullDisk() {
        let text = """
            (00.01) Error (criu/page-xfer.c:1): Unable to spice data: No space left on device
            (00.02) Error (criu/tty.c:1): tty: something
            """
        #expect(CriuLog(text: text).failure(.dumpRefused, firstError: "").code == .resourceExhausted)
    }

    @Test("an unknown error is quoted as it is")
    func unknown() {
        let failure = CriuLog(text: "(00.1) Error (criu/x.c:1): zap").failure(.restoreFailed, firstError: "")
        #expect(failure.toolMessage == "Error (criu/x.c:1): zap")
        #expect(CriuLog(text: "").failure(.restoreFailed, firstError: "first").toolMessage == "first")
    }
}
