import Glibc
import HostAgent
import RelocateTesting
import Synchronization

/// What a client does over and over, on a thread of its own, while containers move and things fail.
final class Conversation: Sendable {
    /// What the thread tells and is told.
    private final class Progress: Sendable {
        let count = Atomic<Int>(0)
        let isEnding = Atomic<Bool>(false)
        let failure = Mutex<(any Error)?>(nil)
    }

    private let progress: Progress
    private let task: Task<Void, Never>

    /// Begins. The exchange is called with 1, 2, 3 … and throws when something is not as it must be; then it is not
    /// called again.
    /// - Parameter namespace: where its thread is; `nil` for where this process is.
    init(in namespace: NetworkNamespace? = nil, _ exchange: @escaping @Sendable (_ number: Int) throws -> Void) {
        let progress = Progress()
        self.progress = progress
        task = Task {
            do {
                try await withNetworkNamespace(namespace) { () throws(NetlinkError) in
                    while !progress.isEnding.load(ordering: .relaxed) {
                        do {
                            try exchange(progress.count.load(ordering: .relaxed) + 1)
                        } catch {
                            progress.failure.withLock { $0 = error }
                            return
                        }
                        progress.count.add(1, ordering: .relaxed)
                        usleep(1000)  // Leaves the machine to those who are watched.
                    }
                }
            } catch {
                progress.failure.withLock { $0 = error }
            }
        }
    }

    /// How many exchanges were made.
    var count: Int { progress.count.load(ordering: .relaxed) }

    /// Waits until it has gone on for some more exchanges.
    /// - Throws: what broke it.
    func goesOn(by more: Int = 20) async throws {
        let goal = count + more
        try await eventually("\(more) more exchanges after \(goal - more)", within: .seconds(45)) {
            if let failure = progress.failure.withLock({ $0 }) { throw failure }
            return count >= goal
        }
    }

    /// Ends it.
    /// - Returns: how many exchanges were made.
    /// - Throws: what broke it.
    @discardableResult
    func end() async throws -> Int {
        await stop()
        if let failure = progress.failure.withLock({ $0 }) { throw failure }
        return count
    }

    /// Ends it, whatever came of it.
    func stop() async {
        progress.isEnding.store(true, ordering: .relaxed)
        await task.value
    }
}
