import Logging

/// What one relocation has to write down and does not wait for: one after the other, each until it is written.
actor RecordsBehind {
    /// Writes something down.
    typealias Write = @Sendable () async throws -> Void

    private let logger: Logger
    private var waiting: [Write] = []
    private var writer: Task<Void, Never>?

    init(logger: Logger) { self.logger = logger }

    /// Has something written, after what is to be written already.
    func add(_ write: @escaping Write) {
        waiting.append(write)
        if writer == nil { writer = Task { await writeAll() } }
    }

    /// Waits until all is written. When the caller is cancelled, what is not written by then never is.
    func settle() async {
        guard let writer else { return }
        await withTaskCancellationHandler {
            await writer.value
        } onCancel: {
            writer.cancel()
        }
    }

    private func writeAll() async {
        while !Task.isCancelled, let write = waiting.first {
            do {
                try await write()
                waiting.removeFirst()
            } catch {
                logger.critical("cannot record a step that was sent", metadata: ["error": "\(error)"])
                // Cancelled with the writer, whose loop ends then.
                try? await Task.sleep(for: .seconds(1))
            }
        }
        writer = nil
    }
}
