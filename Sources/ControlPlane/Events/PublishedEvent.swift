import FleetAPI
import FleetModel
import HTTP
import Synchronization

/// An event on its way to those who watch. What readers of the event stream are sent is made when the first one needs it, and
/// shared by all.
final class PublishedEvent: Sendable {
    /// What happened.
    let event: FleetEvent
    private let written = Mutex<SerializedEvent?>(nil)

    init(_ event: FleetEvent) { self.event = event }

    /// What was changed.
    var change: FleetChange { event.change }

    /// The event as readers of the stream get it.
    func message() throws -> SerializedEvent {
        try written.withLock { written in
            if let written { return written }
            let message = try SerializedEvent(
                ServerSentEvent(
                    id: String(event.sequence), event: event.change.kind.rawValue,
                    data: String(decoding: try FleetJSON.encode(EventView(event: event)), as: UTF8.self)))
            written = message
            return message
        }
    }
}
