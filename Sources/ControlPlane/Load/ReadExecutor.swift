import Dispatch
import Glibc
import Synchronization

/// Threads for what is only read, so that neither moves nor the question whether the program lives wait for those who list
/// everything. There is one less than there are processors, and one at least.
final class ReadExecutor: TaskExecutor {
    private let queues: [DispatchQueue]
    private let turn = Atomic(0)

    init(threads: Int = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1)) {
        queues = (0..<threads).map { DispatchQueue(label: "reads \($0)") }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let index = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        // As a number without sign, so that it may run over.
        queues[Int(UInt(bitPattern: index) % UInt(queues.count))].async {
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
