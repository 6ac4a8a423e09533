import Foundation
import Testing

@testable import HTTP

@Suite("Static files over a socket")
struct StaticFilesSocketTests {
    @Test("a large file arrives whole and in parts, however slowly it is read, and the next answer follows it")
    func largeFile() async throws {
        try await withTemporaryFolder { folder in
            var random = SeededGenerator(seed: 3)
            let content = (0..<750_000).flatMap { _ in withUnsafeBytes(of: random.next(), Array.init) }
            try Data(content).write(to: folder.appendingPathComponent("large"))
            let files = try StaticFiles(root: folder.path)
            var router = Router()
            router.on(.get, "/hello") { _ in .text("hello") }
            router.fallback { try await files.respond(to: $0) }
            try await LiveServer.with(router) { _, address in
                try await onThread {
                    let connection = try RawConnection(address, receiveBuffer: 4096)
                    for fields in ["", "Range: bytes=1000000-4999999\r\n"] {
                        connection.send("GET /large HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
                        connection.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                        let reply = try connection.reply(within: 60)
                        let expected = fields.isEmpty ? content[...] : content[1_000_000..<5_000_000]
                        #expect(reply.content.elementsEqual(expected))
                        #expect(try connection.reply().text == "hello")
                    }
                }
            }
        }
    }

    @Test("a file that becomes shorter while it is sent ends the connection instead of the content")
    func truncatedFile() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appendingPathComponent("large").path
            try Data(repeating: 7, count: 50_000_000).write(to: URL(fileURLWithPath: path))
            let files = try StaticFiles(root: folder.path)
            var router = Router()
            router.fallback { try await files.respond(to: $0) }
            try await LiveServer.with(router) { server, address in
                try await onThread {
                    let connection = try RawConnection(address, receiveBuffer: 4096)
                    connection.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(try connection.head().contains("Content-Length: 50000000"))
                    #expect(truncate(path, 1000) == 0)
                    #expect(try connection.rest(within: 60).count < 50_000_000)
                }
                #expect(await eventually { server.connectionCount == 0 })
            }
        }
    }
}
