import Glibc
import HTTP
import Logging

/// A server for tools that speak HTTP to it from outside: `http-test-server ADDRESS [FOLDER]`.
///
/// It answers every request with the path and the length of the content that it has read; with a folder, it serves the
/// files of that instead.
@main
struct HTTPTestServer {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let address = arguments.first, arguments.count <= 2 else {
            throw HTTPError(.invalidAddress, "usage: http-test-server ADDRESS [FOLDER]")
        }
        // Whoever has started it may ignore the signal. The server must not depend on that.
        signal(SIGPIPE, SIG_DFL)
        var router = Router()
        if let folder = arguments.dropFirst().first {
            let files = try StaticFiles(root: folder)
            router.fallback { try await files.respond(to: $0) }
        } else {
            router.fallback { .text("\($0.path) \(try await $0.body.collect(upTo: 1 << 20).count)") }
        }
        let server = try HTTPServer(router: router, logger: Logger(label: "http-test-server"))
        for bound in try server.start([ListenAddress(parsing: address)]) { print("listening on \(bound)") }
        // Whoever has started this waits for the address, often through a pipe.
        fflush(nil)
        while !Task.isCancelled { try await Task.sleep(for: .seconds(3600)) }
    }
}
