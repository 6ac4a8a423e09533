import FoundationEssentials
import Glibc
import Synchronization
import SystemSupport
import Testing

@Suite("Threads of one's own")
struct OwnThreadTests {
    private struct Refusal: Error, Equatable {}

    @Test("what is done on one comes back, or its failure does, and it was no other thread's work")
    func results() async throws {
        let caller = pthread_self()
        #expect(await onOwnThread { pthread_equal(pthread_self(), caller) == 0 })
        #expect(try awaitingOwnThread { () throws(Refusal) in 7 } == 7)
        await #expect(throws: Refusal()) { try await onOwnThread { () throws(Refusal) -> Int in throw Refusal() } }
        #expect(throws: Refusal()) { try awaitingOwnThread { () throws(Refusal) -> Int in throw Refusal() } }
    }

    @Test("one that is started takes no signals of the process, and one that may start programs takes them")
    func signals() async throws {
        #expect(await onOwnThread { Self.blocksTermination } == Self.blocksTermination)
        let blocks = await withCheckedContinuation { continuation in
            OwnThread.insist(named: "test") { continuation.resume(returning: Self.blocksTermination) }
        }
        #expect(blocks)
    }

    @Test("it is known by its name")
    func name() async throws {
        let name = await withCheckedContinuation { continuation in
            OwnThread.insist(named: "a-test") {
                continuation.resume(returning: FileManager.default.contents(atPath: "/proc/thread-self/comm"))
            }
        }
        #expect(name == Data("a-test\n".utf8))
    }

    private static var blocksTermination: Bool {
        var mask = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &mask)
        return sigismember(&mask, SIGTERM) == 1
    }
}
