import Foundation
import Hummingbird
import HummingbirdHTTP2
import Logging
import NIOPosix

/// `hummingbird-server PORT FOLDER THREADS`: HTTP/1.1 on the port, HTTP/2 without TLS on the next one.
@main
enum HummingbirdServer {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let port = Int(arguments[1]), let threads = Int(arguments[3]) else { exit(64) }
        let folder = arguments[2]
        let hosts = ByteBuffer(bytes: try Data(contentsOf: URL(fileURLWithPath: folder + "/hosts.json")))
        let tick = ByteBuffer(string: "event: tick\ndata: x\n\n")

        let router = Router()
        router.add(middleware: FileMiddleware(folder))
        router.get("hello") { _, _ in "Hello" }
        router.get("hosts") { _, _ in
            Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: hosts))
        }
        router.get("events") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
                body: ResponseBody { writer in
                    while true {
                        try await writer.write(tick)
                        try await Task.sleep(for: .seconds(1))
                    }
                })
        }

        let loops = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        var logger = Logger(label: "hummingbird")
        logger.logLevel = .error
        let responder = router.buildResponder()
        let first = Application(
            responder: responder, server: .http1(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), backlog: 4096),
            eventLoopGroupProvider: .shared(loops), logger: logger)
        let second = Application(
            responder: responder, server: .plaintextHTTP2(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port + 1), backlog: 4096),
            eventLoopGroupProvider: .shared(loops), logger: logger)
        async let other: Void = second.runService(gracefulShutdownSignals: [])
        try await first.runService(gracefulShutdownSignals: [])
        try await other
    }
}
