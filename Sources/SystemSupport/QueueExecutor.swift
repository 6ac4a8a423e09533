import Dispatch

/// A queue of an actor's own, where its functions may block or take long without holding up the threads that everybody
/// shares.
public final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// A queue with a name for those who look at threads.
    public init(label: String) { queue = DispatchQueue(label: label) }

    /// See `SerialExecutor`.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Runs something on the queue that is no job of Swift's.
    public func perform(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

    /// See `SerialExecutor`.
    public func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
