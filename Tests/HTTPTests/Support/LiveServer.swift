import Foundation
import Logging

@testable import HTTP

/// A server on a free port for the length of a closure.
enum LiveServer {
    static func with(
        _ router: Router, _ configure: (inout HTTPServer.Configuration) -> Void = { _ in },
        at address: ListenAddress = .tcp(host: "127.0.0.1", port: 0), tls: TLSServerContext? = nil,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: (HTTPServer, ListenAddress) async throws -> Void
    ) async throws {
        signal(SIGPIPE, SIG_IGN)
        var configuration = HTTPServer.Configuration()
        // A busy machine must not make a client of a test look like a slow one.
        configuration.headTimeout = .seconds(120)
        configure(&configuration)
        let server = try HTTPServer(configuration: configuration, router: router, logger: logger)
        let bound = try server.start([address], tls: tls)[0]
        do {
            try await body(server, bound)
        } catch {
            await server.shutdown(deadline: .milliseconds(100))
            throw error
        }
        await server.shutdown(deadline: .milliseconds(100))
    }
}

/// Waits for a condition, and says whether it came true in time.
func eventually(within seconds: Double = 60, _ condition: @Sendable () -> Bool) async -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while Date() < deadline {
        if condition() { return true }
        do { try await Task.sleep(for: .milliseconds(5)) } catch { return false }
    }
    return condition()
}
