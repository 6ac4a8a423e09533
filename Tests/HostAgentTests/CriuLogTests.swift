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
            (
                "Error (criu/files-ext.c:98): Can't dump file 9 of that type [600] (unknown anon_inode:bpf-prog)",
                "it has a file open of a kind that cannot move (unknown anon_inode:bpf-prog)"
            ),
            (
                "Error (criu/files-reg.c:1031): Can't dump ghost file /tmp/pretty big of 104857600 size, increase limit",
                "it uses a deleted file that is too large to move: /tmp/pretty big has 100 MiB, of which at most 64 MiB move"
            ),
            (
                "Error (criu/files-reg.c:1122): Can't create link remap for /opt/lib.so. Use link-remap option.",
                "it uses a deleted file, /opt/lib.so, that has another name, and this host's CRIU settings lack 'link-remap'"
            ),
            (
                "Error (criu/fsnotify.c:284): fsnotify: \tCan't dump that handle",
                "it watches a file or folder (inotify, fanotify) that was deleted, or lies where CRIU does not look for it"
            ),
            (
                "Error (criu/cr-dump.c:1700): Dump eventpoll (pid: 4711) failed with -1",
                "processes share an epoll, and one of them does not have a file open (any more) that is watched in it"
            ),
            (
                "Error (criu/sk-inet.c:185): inet: In-flight connection (l) for 2f", "a client is just connecting to it"
            ),
            (
                "Error (criu/sk-unix.c:506): unix: Non-empty write queue on an in-flight socket 0xa8097a",
                "one of its processes has written to another over a Unix socket that was not accepted yet"
            ),
            (
                "Error (criu/sk-unix.c:525): unix: Found a closed in-flight socket to 0x2f",
                "one of its processes has closed a Unix socket to another that was not accepted yet"
            ),
            (
                "Error (criu/parasite-syscall.c:100): Can't create memfd in victim: Too many open files",
                "one of its processes may open no file (RLIMIT_NOFILE), as sshd's while somebody logs in; CRIU has to open one in it"
            ),
        ])
    func explained(line: String, meaning: String) {
        let text = """
            (00.000300) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
            (00.012345) \(line)
            (00.012400) Error (criu/cr-dump.c:2098): Dumping FAILED.
            """
        let failure = CriuLog(text: text).failure(.dumpRefused, firstError: "rlimit", ghostLimit: 64 << 20)
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

    @Test("an unknown error is quoted as it is, and not what follows from it")
    func unknown() {
        let text = """
            (00.1) Error (criu/x.c:1): zap
            (00.2) Error (criu/cr-dump.c:2): Dump files (pid: 7) failed with -1
            (00.3) Error (criu/y.c:3): and so it goes
            """
        let failure = CriuLog(text: text).failure(.restoreFailed, firstError: "")
        #expect(failure.message == "the container's state cannot be restored here: zap")
        #expect(failure.toolMessage == "Error (criu/x.c:1): zap")
        #expect(CriuLog(text: "").failure(.restoreFailed, firstError: "first").toolMessage == "first")
    }
}
