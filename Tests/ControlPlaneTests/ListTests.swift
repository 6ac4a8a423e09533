import FleetAPI
import FleetModel
import Testing

@testable import ControlPlane

@Suite("Lists come in pages", .timeLimit(.minutes(2)))
struct ListTests {
    private typealias Page = ListView<JSONValue>

    private static let lists = [
        "/v1/hosts", "/v1/tenants", "/v1/containers", "/v1/images", "/v1/alarms", "/v1/policies", "/v1/adoptable",
        "/v1/experiments", "/v1/simulations", "/v1/relocations", "/v1/actions", "/v1/policies/default/versions",
    ]

    @Test("every list has a limit and a cursor, and pages one by one are the whole list")
    func pages() async throws {
        try await TestFleet.with { fleet in
            for number in 1...3 { _ = try await fleet.createContainer("web\(number)", on: "host1") }
            for name in ["beta", "alpha"] {
                try await fleet.send(.post, "/v1/policies", #"{"name":"\#(name)","clock":{"model":"static"}}"#)
            }
            for list in Self.lists {
                let whole = try await page(fleet, "\(list)?limit=1000")
                #expect(whole.next == nil)
                #expect(whole.total == nil || whole.total == whole.items.count, "\(list)")
                var items: [JSONValue] = []
                var cursor: String?
                repeat {
                    let page = try await page(fleet, "\(list)?limit=1" + (cursor.map { "&cursor=\($0)" } ?? ""))
                    #expect(page.items.count <= 1 && page.total == whole.total, "\(list)")
                    items += page.items
                    cursor = page.next
                } while cursor != nil
                // The record of actions may have got longer at its new end meanwhile, and hosts are heard all the time.
                guard !["/v1/actions", "/v1/hosts"].contains(list) else { continue }
                #expect(items == whole.items, "\(list)")
            }
            let policies = try await page(fleet, "/v1/policies").items.compactMap { $0["name"] }
            #expect(policies == [.string("default"), .string("alpha"), .string("beta")])
        }
    }

    @Test("containers are filtered by tenant and host, page by page")
    func filters() async throws {
        try await TestFleet.with { fleet in
            for (name, host) in [("web1", "host1"), ("web2", "host2"), ("web3", "host1")] {
                _ = try await fleet.createContainer(name, on: host)
            }
            let first = try await page(fleet, "/v1/containers?host=host1&tenant=acme&limit=1")
            #expect(first.items.compactMap { $0["name"] } == [.string("web1")] && first.total == 2)
            let cursor = try #require(first.next)
            let second = try await page(fleet, "/v1/containers?host=host1&limit=5&cursor=\(cursor)")
            #expect(second.items.compactMap { $0["name"] } == [.string("web3")])
            #expect(second.next == nil && second.total == 2)
            #expect(try await page(fleet, "/v1/containers?tenant=nobody").total == 0)
        }
    }

    @Test("a cursor that is none and a limit beyond what is served are refused in words")
    func refused() async throws {
        try await TestFleet.with(hosts: 1) { fleet in
            for list in Self.lists {
                for query in ["cursor=", "cursor=nonsense!", "cursor=bm9uZQ==", "limit=0", "limit=1001", "limit=many"] {
                    let answer = try await fleet.send(.get, "\(list)?\(query)")
                    #expect(answer.status == 400, "\(list)?\(query): \(answer.body)")
                    let words = query.hasPrefix("limit") ? "limit must be 1 to 1000" : "is not a cursor"
                    #expect(answer.body.contains(words), "\(list)?\(query): \(answer.body)")
                }
            }
        }
    }

    private func page(_ fleet: TestFleet, _ path: String) async throws -> Page {
        let answer = try await fleet.send(.get, path)
        #expect(answer.status == 200, "\(path): \(answer.body)")
        return try FleetJSON.decode(Page.self, from: Array(answer.body.utf8))
    }
}
