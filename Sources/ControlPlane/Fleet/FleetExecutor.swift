import Dispatch

/// A queue of the fleet's own, on which a decision may take its time.
final class FleetExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "fleet")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Runs something on the queue that is no job of Swift's.
    func perform(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
