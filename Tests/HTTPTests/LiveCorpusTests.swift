import Testing

@testable import HTTP

@Suite("Corpus over a socket")
struct LiveCorpusTests {
    @Test(
        "every case is answered as its RFC says, and whatever the answer, the request behind it is answered or the connection ends"
    )
    func corpus() async throws {
        var router = Router()
        router.fallback { .text("\($0.path) \(try await $0.body.collect(upTo: 1 << 20).count)") }
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
        connection.send(item.bytes + (item.isFollowed ? RequestParserTests.second : []))
        if !item.isFollowed { connection.finishSending() }
        for _ in 0..<item.before where try finalReply(connection, item)?.status != 200 {
            return ["one of the good requests before it was not accepted"]
        }
        guard let reply = try finalReply(connection, item) else {
            return item.allowed.contains(.closed) ? [] : ["the connection was closed without an answer"]
        }
        var problems: [String] = []
        if !item.allowed.contains(.status(reply.status)) { problems.append("answered \(reply.status)") }
        if reply.fields["date"] == nil { problems.append("no Date") }
        if reply.status == 200, let answer = item.answer, reply.text != answer {
            problems.append("understood as '\(reply.text)'")
        }
        if reply.fields["connection"] == "close" || !item.isFollowed {
            if try !connection.rest().isEmpty { problems.append("more came after the last answer") }
        } else {
            let second = try connection.reply()
            if second.text != "/second 0" { problems.append("the second request was answered '\(second.text)'") }
        }
        return problems
    }

    /// The next answer that is not an interim one; nil if the connection ends before it.
    private static func finalReply(_ connection: RawConnection, _ item: CorpusCase) throws -> RawConnection.Reply? {
        while true {
            do {
                let reply = try connection.reply(toHead: item.isHead)
                if reply.status >= 200 { return reply }
            } catch {
                guard connection.hasEnded, try connection.rest().isEmpty else { throw error }
                return nil
            }
        }
    }
}
