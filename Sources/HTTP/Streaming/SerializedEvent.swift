/// An event as it goes to readers, written down once for all of them.
public struct SerializedEvent: Sendable, Hashable {
    let bytes: [UInt8]

    /// Writes an event down.
    /// - Throws: `HTTPError` when a part of it may not be sent.
    public init(_ event: ServerSentEvent) throws { bytes = try event.serialized() }
}
