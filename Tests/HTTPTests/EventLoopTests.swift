import Glibc
import Synchronization
import Testing

@testable import HTTP

@Suite("Event loop and sockets")
struct EventLoopTests {
    /// Remembers how many tasks had run when its descriptor was first found readable.
    private final class Witness: EventHandler {
        let ran = Atomic(0)
        private let ranBefore = Atomic(-1)

        func ready(_ readiness: Readiness) {
            guard readiness.contains(.readable) else { return }
            _ = ranBefore.compareExchange(expected: -1, desired: ran.load(ordering: .relaxed), ordering: .relaxed)
        }

        func timerFired(now: MonotonicTime) {}

        var seen: Int { ranBefore.load(ordering: .relaxed) }
    }

    @Test("a socket has its turn while a crowd of tasks that were woken at once is still waiting")
    func crowd() async throws {
        let crowd = 1000
        let loop = try EventLoop(name: "test")
        let witness = Witness()
        let ends = try pair()
        let token = try loop.register(ends.0, witness)
        await withTaskGroup(of: Void.self) { group in
            // This one holds the loop until the others have been enqueued behind it.
            let gate = Semaphore()
            group.addTask(executorPreference: loop) {
                gate.wait()
                _ = write(ends.1, "x", 1)
            }
            for _ in 0..<crowd {
                group.addTask(executorPreference: loop) { witness.ran.add(1, ordering: .relaxed) }
            }
            gate.signal()
        }
        #expect(witness.ran.load(ordering: .relaxed) == crowd)
        #expect((0..<crowd / 2).contains(witness.seen))
        loop.forget(token)
        close(ends.0)
        close(ends.1)
    }

    @Test("a file sent to a peer that has gone raises no signal, whatever the process does with it")
    func brokenPipe() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appendingPathComponent("file").path
            try await onThread {
                // Only this thread can tell whether the signal was raised, because there it would stay pending.
                var pipe = sigset_t()
                sigemptyset(&pipe)
                sigaddset(&pipe, SIGPIPE)
                #expect(pthread_sigmask(SIG_BLOCK, &pipe, nil) == 0)
                let file = open(path, O_RDWR | O_CREAT, 0o600)
                #expect(ftruncate(file, 1000) == 0)
                let ends = try pair()
                close(ends.1)
                guard case .failed(EPIPE) = SocketOperations.send(ends.0, file: file, 0..<1000) else {
                    Issue.record("the peer has gone")
                    return
                }
                var pending = sigset_t()
                sigpending(&pending)
                #expect(sigismember(&pending, SIGPIPE) == 0)
                // What was blocked before is blocked after.
                var mask = sigset_t()
                pthread_sigmask(SIG_BLOCK, nil, &mask)
                #expect(sigismember(&mask, SIGPIPE) == 1)
                close(ends.0)
                close(file)
            }
        }
    }
}

/// Two sockets that are connected to each other.
private func pair() throws -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { throw SystemError(number: errno) }
    return (ends[0], ends[1])
}
