import FleetAPI
import FleetCore
import FleetLedger
import FleetModel
import HTTP

/// `/v1/relocations`
struct RelocationsRoutes {
    let fleet: Fleet
    let ledger: any Ledger
    let relocator: Relocator

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/relocations") { request in
            try request.checkQuery(
                "container", "tenant", "host", "state", "trigger", "since", "until", "cursor", "limit")
            let page = try await ledger.relocations(try query(of: request))
            // What is open is shown as the fleet shows it: the ledger is ahead of that for a moment with each change, and who
            // reads here that a move has ended must find its container so, too.
            let state = fleet.snapshot
            let items = page.items.map { state.relocations[$0.id] ?? $0 }
            return try .snapshot(ListView(items: items, next: page.next?.description), of: state, for: request)
        }
        router.on(.get, "/v1/relocations/{relocation}") { request in
            let state = fleet.snapshot
            let id = try id(of: request)
            let relocation = try await find(id)
            let decision = try await ledger.decision(of: id)
            return try .snapshot(RelocationView(relocation: relocation, decision: decision), of: state, for: request)
        }
        router.on(.post, "/v1/relocations/{relocation}/cancel") { request in
            let id = try id(of: request)
            try await request.decodeNothing()
            _ = try await find(id)
            return try .answer(.accepted, try await relocator.cancel(id, by: request.actor))
        }
    }

    private func id(of request: Request) throws -> RelocationID {
        let text = request.parameters["relocation"] ?? ""
        guard let number = Int64(text), number > 0 else { throw FleetError.notFound(kind: "relocation", name: text) }
        return RelocationID(number)
    }

    private func find(_ id: RelocationID) async throws -> Relocation {
        if let open = fleet.snapshot.relocations[id] { return open }
        guard let relocation = try await ledger.relocation(id) else {
            throw FleetError.notFound(kind: "relocation", name: id.description)
        }
        return relocation
    }

    private func query(of request: Request) throws -> RelocationQuery {
        RelocationQuery(
            container: try request.queryValue("container", "a container's name") { try ContainerName($0) },
            tenant: try request.queryValue("tenant", "a tenant's name") { try TenantName($0) },
            host: try request.queryValue("host", "a host's name") { try HostName($0) },
            state: try request.queryValues("state", oneOf: RelocationState.self).first,
            trigger: try request.queryValues("trigger", oneOf: Trigger.self).first,
            since: try request.queryValue("since", "an RFC 3339 time") { try Timestamp($0) },
            until: try request.queryValue("until", "an RFC 3339 time") { try Timestamp($0) },
            cursor: try request.query["cursor"].map { try PageCursor($0) },
            limit: try request.limit())
    }
}

extension Request {
    /// How many items a page may have: `?limit=`, 1 to 1000, 50 when it is not said.
    func limit() throws -> Int {
        try queryValue("limit", "1 to 1000") { text in Int(text).flatMap { (1...1000).contains($0) ? $0 : nil } } ?? 50
    }
}
