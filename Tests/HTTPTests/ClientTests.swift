import Foundation
import HTTPTypes
import Testing

@testable import HTTP

@Suite("Client and server")
struct ClientTests {
    private func router() -> Router {
        var router = Router()
        router.on(.get, "/hello") { _ in .text("hello") }
        router.on(.delete, "/hello") { _ in Response(status: .noContent) }
        router.on(.post, "/echo") { request in
            Response(
                body: .stream(contentLength: nil) { writer in
                    for try await piece in request.body { try await writer.write(piece) }
                })
        }
        router.on(.post, "/length") { request in
            var count = 0
            for try await piece in request.body { count += piece.count }
            return .text("\(count)")
        }
        router.on(.post, "/refuse") { _ in throw Problem(status: .forbidden, detail: "no", code: "notYou") }
        router.on(.get, "/forever") { _ in
            try await Task.sleep(for: .seconds(600))
            return .text("")
        }
        router.on(.get, "/events") { request in
            let first = (request[.lastEventID].flatMap { Int($0) } ?? 0) + 1
            return .events { writer in
                for number in first..<(first + 3) {
                    try await writer.send(ServerSentEvent(id: "\(number)", event: "count", data: "number \(number)"))
                }
            }
        }
        router.on(.get, "/silent") { _ in .events { _ in try await Task.sleep(for: .seconds(600)) } }
        return router
    }

    private func with(
        _ body: (HTTPClient, HTTPServer) async throws -> Void
    ) async throws {
        try await LiveServer.with(router()) { server, address in
            guard case .tcp(let host, let port, _) = address else { return }
            let client = try HTTPClient(endpoint: .tcp(host: host, port: port))
            try await body(client, server)
            client.close()
        }
    }

    @Test("requests one after the other use one connection")
    func keepAlive() async throws {
        try await with { client, server in
            for _ in 0..<20 {
                let response = try await client.send(.get, "/hello")
                #expect(response.status == .ok)
                #expect(try await response.collect(upTo: 100) == Array("hello".utf8))
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("an answer without content gives its connection back although nobody reads it")
    func emptyAnswer() async throws {
        try await with { client, server in
            for _ in 0..<10 {
                let deletion = try await client.send(.delete, "/hello")
                #expect(deletion.status == .noContent)
                let head = try await client.send(.head, "/hello")
                #expect(head.status == .ok)
                #expect(server.connectionCount == 1)
            }
        }
    }

    @Test("an answer that is not read closes its connection and disturbs no other")
    func abandoned() async throws {
        try await with { client, server in
            _ = try await client.send(.get, "/hello")
            #expect(try await client.send(.get, "/hello").collect(upTo: 100).count == 5)
            #expect(await eventually { server.connectionCount == 1 })
        }
    }

    @Test("many requests at once all get their own answer")
    func concurrency() async throws {
        try await with { client, _ in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let content = Array("number \(number)".utf8)
                        return try await client.send(.post, "/echo", body: .bytes(content)).collect(upTo: 100)
                            == content
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test("content streams both ways at the same time, in more than any buffer holds")
    func streaming() async throws {
        try await with { client, _ in
            let response = try await client.send(
                .post, "/length",
                body: .stream(contentLength: nil) { writer in
                    for _ in 0..<100 { try await writer.write([UInt8](repeating: 1, count: 100_000)) }
                })
            #expect(String(decoding: try await response.collect(upTo: 100), as: UTF8.self) == "10000000")
        }
    }

    @Test("a file is sent whole")
    func file() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appendingPathComponent("file").path
            try Data(repeating: 7, count: 3_000_001).write(to: URL(fileURLWithPath: path))
            try await with { client, _ in
                let response = try await client.send(.post, "/length", body: .file(path: path))
                #expect(String(decoding: try await response.collect(upTo: 100), as: UTF8.self) == "3000001")
            }
        }
    }

    @Test("an early refusal is received although the content is not sent completely")
    func earlyRefusal() async throws {
        try await with { client, _ in
            let response = try await client.send(
                .post, "/refuse",
                body: .stream(contentLength: nil) { writer in
                    while true { try await writer.write([UInt8](repeating: 1, count: 100_000)) }
                })
            #expect(response.status == .forbidden)
            #expect(await response.problem().code == "notYou")
        }
    }

    @Test("a server that does not answer is a timeout")
    func timeout() async throws {
        try await with { client, _ in
            await #expect { _ = try await client.send(.get, "/forever", timeout: .milliseconds(100)) } throws: {
                HTTPError.Code.timeout ~= $0
            }
        }
    }

    @Test("cancelling the task ends the request on both sides")
    func cancellation() async throws {
        try await with { client, server in
            let task = Task { try await client.send(.get, "/forever", timeout: .seconds(60)) }
            #expect(await eventually { server.connectionCount == 1 })
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            #expect(await eventually { server.connectionCount == 0 })
        }
    }

    @Test("nobody listening is a failure to connect")
    func refused() async throws {
        let client = try HTTPClient(endpoint: .unix(path: "/nonexistent/socket"))
        await #expect { _ = try await client.send(.get, "/") } throws: { HTTPError.Code.connectFailed ~= $0 }
    }

    @Test("events are received in order, and a reader resumes after the last one it has seen")
    func events() async throws {
        try await with { client, _ in
            var seen: [String] = []
            for try await event in try await client.events("/events") { seen.append(event.id ?? "-") }
            for try await event in try await client.events("/events", lastEventID: seen.last) {
                seen.append(event.id ?? "-")
                #expect(event.event == "count")
            }
            #expect(seen == ["1", "2", "3", "4", "5", "6"])
        }
    }

    @Test("a stream that falls silent is noticed")
    func silence() async throws {
        try await with { client, _ in
            let stream = try await client.events("/silent", readTimeout: .seconds(3))
            await #expect { for try await _ in stream {} } throws: { HTTPError.Code.timeout ~= $0 }
        }
    }

    @Test("a refusal to stream is the server's problem, thrown")
    func refusedEvents() async throws {
        try await with { client, _ in
            await #expect { _ = try await client.events("/nothing") } throws: { ($0 as? Problem)?.status == 404 }
        }
    }

    @Test("a request on a connection that the server has closed meanwhile is sent again")
    func staleConnection() async throws {
        try await LiveServer.with(router(), { $0.idleTimeout = .milliseconds(100) }) { server, address in
            guard case .tcp(let host, let port, _) = address else { return }
            let client = try HTTPClient(endpoint: .tcp(host: host, port: port))
            #expect(try await client.send(.get, "/hello").collect(upTo: 100).count == 5)
            #expect(await eventually { server.connectionCount == 0 })
            #expect(try await client.send(.get, "/hello").collect(upTo: 100).count == 5)
        }
    }
}

extension HTTPField.Name {
    fileprivate static var lastEventID: HTTPField.Name { HTTPField.Name("Last-Event-ID") ?? .accept }
}
