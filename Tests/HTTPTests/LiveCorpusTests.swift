import Testing

@testable import HTTP

@Suite("Corpus over a socket")
struct LiveCorpusTests {
    @Test(
        "every case is answered as its RFC says; after an error the connection closes, after success the next request is answered"
    )
    func corpus() async throws {
        var router = Router()
        router.on(.get, "/") { .text("\(try await $0.body.collect(upTo: 1 << 20).count)") }
        router.fallback { .text("\($0.path) \(try await $0.body.collect(upTo: 1 << 20).count)") }
        router.on(.post, "/") { .text("\(try await $0.body.collect(upTo: 1 << 20).count)") }
        try await LiveServer.with(router) { _, address in
            for item in CorpusCase.all {
                let problems = await Self.problems(item, address)
                #expect(problems.isEmpty, "\(item.id): \(problems)")
            }
        }
    }

    private static func problems(_ item: CorpusCase, _ address: ListenAddress) async -> [String] {
        do {
            return try await onThread { try check(item, address) }
        } catch {
            return ["\(error)"]
        }
    }

    private static func check(_ item: CorpusCase, _ address: ListenAddress) throws -> [String] {
        let connection = try RawConnection(address)
        connection.send(item.bytes + RequestParserTests.second)
        let first = try connection.reply()
        var problems: [String] = []
        if !item.allowed.contains(first.status) { problems.append("answered \(first.status)") }
        if first.fields["date"] == nil { problems.append("no Date") }
        if first.status == 200, first.fields["connection"] != "close" {
            let second = try connection.reply()
            if second.text != "/second 0" { problems.append("the second request was answered '\(second.text)'") }
        } else {
            let rest = try connection.rest()
            if !rest.isEmpty { problems.append("more came after the last answer") }
        }
        return problems
    }
}
