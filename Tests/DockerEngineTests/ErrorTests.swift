import Foundation
import HTTP
import HTTPTypes
import RelocateTesting
import Synchronization
import Testing

@testable import DockerEngine

@Suite("Errors of the daemon")
struct ErrorTests {
    private func failure(_ answer: Response) async throws -> DockerError? {
        let found = Mutex<DockerError?>(nil)
        try await FakeDaemon.with(answer) { docker, _ in
            let error = await dockerError { _ = try await docker.inspect("web") }
            found.withLock { $0 = error }
        }
        return found.withLock { $0 }
    }

    @Test("the daemon's own words are passed on")
    func message() async throws {
        let message = "No such container: web"
        #expect(try await failure(.document(["message": .string(message)], .notFound)) == .notFound(message))
        #expect(try await failure(.document(["message": "in use"], .conflict)) == .conflict("in use"))
        #expect(
            try await failure(.document(["message": "broken"], .internalServerError))
                == .refused(status: 500, message: "broken"))
    }

    @Test("a path that the daemon does not know is no missing container")
    func unknownPath() async throws {
        #expect(
            try await failure(.document(["message": "page not found"], .notFound))
                == .refused(status: 404, message: "page not found"))
    }

    @Test("an error that is no JSON is quoted")
    func notJSON() async throws {
        #expect(
            try await failure(.text("Bad\nGateway\u{1B}[31m", status: .badGateway))
                == .refused(status: 502, message: "it answered 'Bad Gateway[31m'"))
        #expect(
            try await failure(Response(status: .internalServerError))
                == .refused(status: 500, message: "no reason was given"))
        let huge = Response.text(String(repeating: "x", count: 1 << 20), status: .internalServerError)
        #expect(try await failure(huge) == .refused(status: 500, message: "no reason was given"))
    }

    @Test("an answer that is cut off, no JSON, or lacks what it must have is said to be unusable")
    func invalid() async throws {
        let answers = [
            String(Samples.container.prefix(300)), "", "<html>", #"{"Id":"a"}"#, #"{"Id":5}"#,
            String(repeating: "[", count: 100_000),
        ]
        for answer in answers {
            let error = try await failure(.json(Array(answer.utf8)))
            guard case .invalidAnswer = error else {
                Issue.record("\(answer.prefix(40)): \(String(describing: error))")
                continue
            }
        }
    }

    @Test("an answer without end is given up at the limit")
    func endless() async throws {
        let piece = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
        let answer = Response(
            body: .stream(contentLength: nil) { writer in
                while true { try await writer.write(piece) }
            })
        let error = try await failure(answer)
        guard case .invalidAnswer(let message) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(message.contains("larger than"))
    }

    @Test("a connection that breaks within an answer is told from an answer")
    func broken() async throws {
        struct Gone: Error {}
        let answer = Response(
            body: .stream(contentLength: nil) { writer in
                try await writer.write(Array(#"{"Id""#.utf8))
                throw Gone()
            })
        let error = try await failure(answer)
        guard case .unreachable(let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("broke"))
    }

    @Test("a daemon that does not answer, or drips, is not waited for any longer than was said")
    func timeout() async throws {
        try await FakeDaemon.with({ question in
            if question.path.hasSuffix("/info") { try await Task.sleep(for: .seconds(600)) }
            return Response(
                body: .stream(contentLength: nil) { writer in
                    while true {
                        try await writer.write([UInt8(ascii: " ")])
                        try await Task.sleep(for: .milliseconds(20))
                    }
                })
        }) { docker, _ in
            for action in [
                { _ = try await docker.info(timeout: .milliseconds(200)) },
                { _ = try await docker.version(timeout: .milliseconds(200)) },
            ] as [@Sendable () async throws -> Void] {
                let error = await dockerError(action)
                guard case .timeout = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
    }

    @Test("who is cancelled stops waiting at once")
    func cancellation() async throws {
        try await FakeDaemon.with({ _ in
            try await Task.sleep(for: .seconds(600))
            return Response()
        }) { docker, daemon in
            let task = Task { await dockerError { try await docker.ping(timeout: .seconds(600)) } }
            try await eventually("the daemon was asked") { !daemon.asked.isEmpty }
            task.cancel()
            #expect(await task.value == .cancelled)
        }
    }

    @Test("where there is no daemon, the error says what to do")
    func noDaemon() async throws {
        try await TemporaryDirectory.with { directory in
            let missing = directory + "/docker.sock"
            let error = await dockerError { try await DockerEngine(socket: missing).ping() }
            #expect("\(String(describing: error))".contains("there is no socket at \(missing): start Docker"))

            let dead = directory + "/dead.sock"
            let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: dead.utf8) }
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(server, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            #expect(bound == 0)
            close(server)
            let refused = await dockerError { try await DockerEngine(socket: dead).ping() }
            #expect("\(String(describing: refused))".contains("nobody listens at \(dead)"))

            let long = directory + "/" + String(repeating: "x", count: 200)
            let tooLong = await dockerError { try await DockerEngine(socket: long).ping() }
            #expect("\(String(describing: tooLong))".contains("longer than 107 bytes"))
        }
    }

    @Test("who may not use the socket learns who may")
    func permission() {
        let reason = DockerError.reason(socket: "/run/docker.sock", errno: EACCES, otherwise: "")
        #expect(
            reason == "no permission to use /run/docker.sock: run as root, or as a member of the group that owns the "
                + "socket (docker)")
    }

    @Test("a file that cannot be read is named, and the daemon not accused")
    func missingFile() async throws {
        try await FakeDaemon.with(Response()) { docker, daemon in
            let error = await dockerError {
                try await docker.importImage(rootfs: "/nowhere/image.tar", reference: "web:1")
            }
            guard case .invalidRequest(let message) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(message.contains("/nowhere/image.tar"))
            #expect(daemon.asked.isEmpty)
        }
    }
}
