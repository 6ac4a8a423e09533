/// Sends events to one reader.
public struct EventWriter: Sendable {
    private let writer: any BodyWriter

    init(_ writer: any BodyWriter) {
        self.writer = writer
    }

    /// Sends an event at once. Waits while the reader is behind; throws when it is gone, too far behind, or the task is
    /// cancelled.
    public func send(_ event: ServerSentEvent) async throws {
        try await writer.write(event.serialized())
    }

    /// Sends an event that was written down before: many readers share its bytes.
    public func send(_ event: SerializedEvent) async throws { try await writer.write(event.bytes) }

    /// Sends several events with one write.
    public func send(_ events: some Sequence<ServerSentEvent> & Sendable) async throws {
        var bytes: [UInt8] = []
        for event in events { bytes += try event.serialized() }
        try await writer.write(bytes)
    }
}
