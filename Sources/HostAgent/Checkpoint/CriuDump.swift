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

    /// Carries out the dump. `whenWhole` is called while the tasks are still stopped; when it throws, they go on.
    /// - Returns: milliseconds: `dump` until the tasks' state was whole, `end` until they were gone.
    /// - Throws: `StepFailure` with `dumpRefused`; the tasks run on.
    func run(
        with worker: CriuWorker, whenWhole: () throws(StepFailure) -> Void
    ) throws(StepFailure) -> [String: Double] {
        var timings: [String: Double] = [:]
        var watch = Stopwatch()
        var conversation = CriuConversation.dump
        try worker.send(.dump(options, process: process, leaveRunning: leaveRunning))
        switch try worker.advance(&conversation, within: limit) {
        case .decide: break
        case .fail(let message): throw refusal(message)
        default: throw refusal("the dump ended before it was whole")
        }
        timings["dump"] = watch.lap()
        do {
            try whenWhole()
        } catch {
            try worker.decide(false, &conversation)
            _ = try worker.advance(&conversation, within: limit)
            throw error
        }
        timings["layer"] = watch.lap()
        try worker.decide(true, &conversation)
        if case .fail(let message) = try worker.advance(&conversation, within: limit) { throw refusal(message) }
        timings["end"] = watch.lap()
        if let frozen = CriuStatistics.frozenMilliseconds(in: options.images) { timings["frozen"] = frozen }
        return timings
    }

    private func refusal(_ message: String) -> StepFailure {
        CriuLog(directory: options.images, name: options.logFile).failure(
            .dumpRefused, firstError: message, ghostLimit: options.ghostLimit)
    }
}
