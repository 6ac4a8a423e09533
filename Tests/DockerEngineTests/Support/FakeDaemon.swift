import DockerEngine
import Foundation
import HTTP
import HTTPTypes
import Logging
import RelocateTesting
import Synchronization

/// A daemon made of one closure, at a Unix socket, that writes down what it is asked.
final class FakeDaemon: Sendable {
    struct Question: Sendable {
        var method: HTTPRequest.Method
        var path: String
        var query: QueryParameters
        var type: String?
        var body: [UInt8]

        /// The method and the path.
        var line: String { "\(method.rawValue) \(path)" }
        var json: JSON { (try? JSON(parsing: body)) ?? .null }
    }

    private let questions = Mutex<[Question]>([])

    /// What has been asked so far.
    var asked: [Question] { questions.withLock { $0 } }

    private init() {}

    /// Runs a test with a client of a daemon that answers so.
    static func with(
        _ answer: @escaping @Sendable (Question) async throws -> Response,
        _ body: (DockerEngine, FakeDaemon) async throws -> Void
    ) async throws {
        signal(SIGPIPE, SIG_IGN)
        try await TemporaryDirectory.with { directory in
            let daemon = FakeDaemon()
            var router = Router()
            router.fallback { request in
                let question = Question(
                    method: request.method, path: request.path, query: request.query, type: request[.contentType],
                    body: try await request.body.collect(upTo: 1 << 20))
                daemon.questions.withLock { $0.append(question) }
                return try await answer(question)
            }
            let socket = directory + "/docker.sock"
            let server = try HTTPServer(
                router: router, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try server.start([.unix(path: socket)])
            let docker = try DockerEngine(socket: socket)
            do {
                try await body(docker, daemon)
            } catch {
                await server.shutdown(deadline: .milliseconds(100))
                throw error
            }
            docker.close()
            await server.shutdown(deadline: .milliseconds(100))
        }
    }

    /// Runs a test with a client of a daemon that answers everything with this.
    static func with(
        _ answer: Response, _ body: (DockerEngine, FakeDaemon) async throws -> Void
    ) async throws {
        try await with({ _ in answer }, body)
    }
}

extension Response {
    /// A document as a daemon sends it.
    static func document(_ json: JSON, _ status: HTTPResponse.Status = .ok) -> Response {
        .json(Array(json.text.utf8), status: status)
    }

    /// Pieces of a stream that has no length.
    static func pieces(_ pieces: [[UInt8]]) -> Response {
        Response(
            body: .stream(contentLength: nil) { writer in
                for piece in pieces { try await writer.write(piece) }
            })
    }
}

/// What an action throws, if it is a `DockerError`.
func dockerError(_ action: () async throws -> Void) async -> DockerError? {
    do { try await action() } catch { return error as? DockerError }
    return nil
}
