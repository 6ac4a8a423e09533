import FleetModel
import SystemSupport

/// One restore, held before its first instruction.
struct CriuRestore: Sendable {
    /// How CRIU is to work.
    var options: CriuOptions
    /// What replaces descriptors that led out of the container.
    var inherited: [InheritedDescriptor]
    /// How long CRIU may be silent.
    var limit = Duration.seconds(120)

    /// Makes the tasks and holds them.
    /// - Parameter furnish: sees to the new namespaces of the first process, which are empty, but for its mounts. That goes on while
    ///   CRIU sees to those, and no socket is made before it is done.
    /// - Throws: `StepFailure` with `restoreFailed`; nothing of the tasks is left.
    func hold(
        with worker: CriuWorker, furnish: @escaping @Sendable (_ process: Int32) throws(StepFailure) -> Void
    ) throws(StepFailure) -> HeldTasks {
        var conversation = CriuConversation.restore
        try worker.send(.restore(options, inherited: inherited))
        var action = try worker.advance(&conversation, within: limit)
        if case .furnish(let process) = action {
            let work = OwnThreadWork { () throws(StepFailure) in try furnish(process) }
            do {
                try worker.decide(true, &conversation)
                action = try worker.advance(&conversation, within: limit)
            } catch {
                // It must not go on when what it makes is removed; that the restore has failed is what counts.
                _ = try? work.wait()
                throw error
            }
            if action == .complete {
                try work.wait()
                try worker.decide(true, &conversation)
                action = try worker.advance(&conversation, within: limit)
            } else {
                // The same: a process that is gone has no namespaces.
                _ = try? work.wait()
            }
        }
        switch action {
        case .hold(let process):
            return HeldTasks(process: process, restore: self, conversation: conversation)
        case .fail(let message):
            throw failure(message)
        default:
            throw failure("the restore ended before it was whole")
        }
    }

    fileprivate func failure(_ message: String) -> StepFailure {
        CriuLog(directory: options.images, name: options.logFile).failure(.restoreFailed, firstError: message)
    }
}

/// Tasks that were restored and have not run yet.
struct HeldTasks: Sendable {
    /// Their first process.
    let process: Int32
    fileprivate let restore: CriuRestore
    fileprivate var conversation: CriuConversation

    /// Lets the tasks run.
    /// - Throws: `StepFailure` with `restoreFailed` when CRIU could not; nothing of the tasks is left then.
    func release(with worker: CriuWorker) throws(StepFailure) {
        var conversation = conversation
        try worker.decide(true, &conversation)
        if case .fail(let message) = try worker.advance(&conversation, within: restore.limit) {
            throw restore.failure(message)
        }
    }
}
