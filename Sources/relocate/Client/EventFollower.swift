import FleetModel
import HTTP

/// Follows the event stream across lost connections: a new one goes on after the last event that was seen.
struct EventFollower {
    /// What becomes known to whoever follows.
    enum Report: Sendable {
        /// Something happened.
        case event(kind: String, data: String)
        /// Events in between are no longer in the record; what follows is the present.
        case gap
        /// The connection is lost and is being made again.
        case lost(String)
        /// It is there again.
        case restored
    }

    private let api: APIClient
    private let start: Int64?
    private var last: String?
    private var hasConnected = false
    private var failures = 0

    /// Follows the events after one, or from the present on.
    init(_ api: APIClient, after start: Int64?) {
        self.api = api
        self.start = start
    }

    /// Reports until the task is cancelled.
    /// - Throws: `ClientError` when the first connection cannot be made or the control plane refuses, and what `report`
    ///   throws.
    mutating func follow(_ report: (Report) throws -> Void) async throws {
        while true {
            let stream: EventStream
            do {
                let after = last == nil && !hasConnected ? start : nil
                stream = try await api.events(APIPath("events").with("after", after), after: last)
            } catch let error as ClientError where hasConnected && error.exitStatus != .failed {
                try await pause(error, report)
                continue
            }
            if failures > 0 { try report(.restored) }
            hasConnected = true
            failures = 0
            try await pause(try await read(stream, report), report)
        }
    }

    /// Reads until the connection ends.
    /// - Returns: why it ended.
    private mutating func read(_ stream: EventStream, _ report: (Report) throws -> Void) async throws -> any Error {
        var events = stream.makeAsyncIterator()
        while true {
            let event: ServerSentEvent
            do {
                guard let next = try await events.next() else {
                    return HTTPError(.connectionClosed, "the control plane ended the stream")
                }
                event = next
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                return error
            }
            switch event.event ?? "message" {
            case "heartbeat": break
            case "reset":
                // After a reset the old number may lie in the future: only one that the reset itself brings counts.
                last = event.id == last ? nil : event.id
                try report(.gap)
            case let kind:
                if let id = event.id { last = id }
                if let data = event.data { try report(.event(kind: kind, data: data)) }
            }
        }
    }

    private static func words(for error: any Error) -> String {
        let words = (error as? HTTPError)?.message ?? "\(error)"
        return words.split(separator: "\n").first.map(String.init) ?? words
    }

    private mutating func pause(_ error: any Error, _ report: (Report) throws -> Void) async throws {
        failures += 1
        if failures == 1 { try report(.lost(Self.words(for: error))) }
        let milliseconds = min(100 << min(failures, 6), 3000)
        try await Task.sleep(for: .milliseconds(milliseconds))
    }
}
