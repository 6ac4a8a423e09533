import FleetAPI
import FleetModel

/// How much of a long list is wanted.
enum Extent: Sendable, Hashable {
    /// This many of the newest.
    case newest(Int)
    /// Everything.
    case all

    fileprivate func page(after count: Int) -> Int {
        switch self {
        case .newest(let limit): min(limit - count, 1000)
        case .all: 1000
        }
    }
}

extension APIClient {
    /// Reads page after page, until there is as much as is wanted or no more.
    /// - Returns: the answer, as if all of it had come on one page.
    func list(_ path: APIPath, _ extent: Extent) async throws -> Answer {
        var items: [JSONValue] = []
        var cursor: String?
        while true {
            let answer = try await get(path.with("limit", extent.page(after: items.count)).with("cursor", cursor))
            let page = try answer.decode(ListView<JSONValue>.self)
            // The usual case: what came is passed on to the byte.
            if cursor == nil, page.next == nil { return answer }
            items += page.items
            cursor = page.next
            guard cursor != nil, extent.page(after: items.count) > 0, !page.items.isEmpty else {
                let whole = ListView(items: items, next: cursor, total: page.total)
                return Answer(
                    status: answer.status, headerFields: answer.headerFields, bytes: try FleetJSON.encode(whole))
            }
        }
    }
}
