import FleetModel

/// One dump of running tasks.
struct CriuDump: Sendable {
    /// The tasks' first process.
    var process: Int32
    /// How CRIU is to work.
    var options: CriuOptions
    /// Let the tasks go on afterwards.
    var leaveRunning = false
    /// How long CRIU may be silent.
    var limit = Duration.seconds(120)
    /// How long it may take until the tasks are written down; `nil` for no limit.
    var wholeLimit: TimeLimit?

    /// Carries out the dump.
    /// - Parameters:
    ///   - whenStill: is called when the tasks are stopped and nothing is written down yet; when it throws, they go on.
    ///   - whenWhole: is called while the tasks are still stopped; when it throws, they go on.
    /// - Returns: milliseconds: `look` what `whenStill` took, `dump` until the tasks' state was whole, `end` until they were
    ///   gone.
    /// - Throws: `StepFailure` with `dumpRefused` or `tookTooLong`; the tasks run on.
    func run(
        with worker: CriuWorker, whenStill: () throws(StepFailure) -> Void = {},
        whenWhole: () throws(StepFailure) -> Void
    ) throws(StepFailure) -> StepTimings {
        var timings: StepTimings = [:]
        var watch = Stopwatch()
        var conversation = CriuConversation.dump
        try worker.send(.dump(options, process: process, leaveRunning: leaveRunning))
        var action = try advance(worker, &conversation)
        if action == .look {
            var look = Stopwatch()
            try ask(whenStill, worker, &conversation)
            timings[.look] = look.lap()
            try worker.decide(true, &conversation)
            action = try advance(worker, &conversation)
        }
        switch action {
        case .decide: break
        case .fail(let message): throw refusal(message)
        default: throw refusal("the dump ended before it was whole")
        }
        timings[.dump] = watch.lap()
        try ask(whenWhole, worker, &conversation)
        timings[.layer] = watch.lap()
        try worker.decide(true, &conversation)
        if case .fail(let message) = try worker.advance(&conversation, within: limit) { throw refusal(message) }
        timings[.end] = watch.lap()
        if let frozen = CriuStatistics.frozenMilliseconds(in: options.images) { timings[.frozen] = frozen }
        return timings
    }

    /// Waits for what comes while the tasks are written down.
    private func advance(
        _ worker: CriuWorker, _ conversation: inout CriuConversation
    ) throws(StepFailure) -> CriuConversation.Action {
        do {
            return try worker.advance(&conversation, within: min(limit, wholeLimit?.left ?? limit))
        } catch {
            try wholeLimit?.check()
            throw error
        }
    }

    /// Has something decide that the tasks stay stopped; when it throws, they go on.
    private func ask(
        _ decision: () throws(StepFailure) -> Void, _ worker: CriuWorker, _ conversation: inout CriuConversation
    ) throws(StepFailure) {
        do {
            try decision()
        } catch {
            try worker.decide(false, &conversation)
            _ = try worker.advance(&conversation, within: limit)
            throw error
        }
    }

    private func refusal(_ message: String) -> StepFailure {
        CriuLog(directory: options.images, name: options.logFile).failure(
            .dumpRefused, firstError: message, ghostLimit: options.ghostLimit)
    }
}
