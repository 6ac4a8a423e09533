/// Owns all work of the control plane that no request waits for: the loops that keep the fleet, and what goes on after a
/// request was answered. When it stops, all of that is cancelled and has ended.
///
/// What is cancelled leaves the ledger as it is: what it has begun goes on with the next start.
final class Supervisor: Sendable {
    /// Something that goes on until it is done or cancelled.
    typealias Work = @Sendable () async -> Void

    private let handedOver: AsyncStream<Work>.Continuation
    private let group: Task<Void, Never>

    /// A supervisor of nothing yet.
    init() {
        let (works, handedOver) = AsyncStream.makeStream(of: Work.self)
        self.handedOver = handedOver
        group = Task {
            await withDiscardingTaskGroup { group in
                for await work in works { group.addTask(operation: work) }
            }
        }
    }

    deinit { group.cancel() }

    /// Begins some work. After `stop` nothing begins any more.
    func run(_ work: @escaping Work) { handedOver.yield(work) }

    /// Cancels all work, and waits for its end.
    func stop() async {
        handedOver.finish()
        group.cancel()
        await group.value
    }
}
