import FleetAPI
import FleetCore
import FleetLedger
import FleetModel
import HTTP
import HTTPTypes

/// `/v1/events`, `/v1/actions` and `/v1/alarms`: what happened, and what stands.
struct EventsRoutes {
    let fleet: Fleet
    let ledger: any Ledger

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/events") { request in
            try request.checkQuery("after")
            return try stream(after: position(of: request))
        }
        router.on(.get, "/v1/actions") { request in
            try request.checkQuery("actor", "subject", "kind", "since", "until", "cursor", "limit")
            let state = fleet.snapshot
            let kinds = try request.queryValues("kind", oneOf: EventKind.self)
            let page = try await ledger.events(
                EventQuery(
                    actor: request.query["actor"], subject: request.query["subject"],
                    kinds: kinds.isEmpty ? nil : Set(kinds.map(\.rawValue)),
                    since: try request.queryValue("since", "an RFC 3339 time") { try Timestamp($0) },
                    until: try request.queryValue("until", "an RFC 3339 time") { try Timestamp($0) },
                    cursor: try request.query["cursor"].map { try PageCursor($0) }, limit: try request.limit()))
            let views = page.items.map { ActionView(event: $0) }
            return try .snapshot(ListView(items: views, next: page.next?.description), of: state, for: request)
        }
        router.on(.get, "/v1/alarms") { request in
            try request.checkQuery("cursor", "limit")
            let state = fleet.snapshot
            return try .snapshot(ListView(state.alarms(try request.window())), of: state, for: request)
        }
    }

    /// After which event the client wants the stream to begin; `nil` for the present.
    private func position(of request: Request) throws -> Int64? {
        let text = request.headerFields[.lastEventID] ?? request.query["after"]
        guard let text else { return nil }
        guard let number = Int64(text), number >= 0 else {
            throw Problem(
                .badRequest, code: "invalidParameter", detail: "after must be the number of an event, is '\(text)'")
        }
        return number
    }

    /// What the ledger holds after the position, then what comes. A watcher that fell behind catches up from the
    /// ledger; one that asks for events that are pruned, or not yet there, is told to list again.
    private func stream(after position: Int64?) -> Response {
        .events { writer in
            var last = position ?? fleet.snapshot.sequence
            if last > fleet.snapshot.sequence { last = try await reset(writer) }
            while true {
                let live = fleet.feed.watch()
                do {
                    last = try await replay(after: last, to: writer)
                } catch let error as LedgerError where error.code == .eventsPruned {
                    last = try await reset(writer)
                }
                for await published in live where published.event.sequence > last {
                    try await writer.send(try published.message())
                    last = published.event.sequence
                }
                try Task.checkCancellation()
            }
        }
    }

    /// Tells the client to list again. The event carries the number to go on after, so that a client which loses the
    /// connection right then resumes without a gap.
    private func reset(_ writer: EventWriter) async throws -> Int64 {
        let sequence = fleet.snapshot.sequence
        try await writer.send(ServerSentEvent(id: String(sequence), event: "reset", data: "{}"))
        return sequence
    }

    private func replay(after position: Int64, to writer: EventWriter) async throws -> Int64 {
        var last = position
        while true {
            let events = try await ledger.events(after: last, limit: 256)
            for event in events {
                try await writer.send(try PublishedEvent(event).message())
                last = event.sequence
            }
            if events.count < 256 { return last }
        }
    }
}

extension HTTPField.Name {
    /// Where a client's event stream broke off (WHATWG HTML, section 9.2.4).
    fileprivate static var lastEventID: HTTPField.Name {
        guard let name = HTTPField.Name("Last-Event-ID") else { preconditionFailure("not a field name") }
        return name
    }
}
