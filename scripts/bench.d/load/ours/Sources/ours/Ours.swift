import Foundation
import HTTP
import HTTPTypes
import Logging

/// `ours PORT FOLDER`: the folder holds the files, and `hosts.json` among them.
@main
enum Ours {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let port = Int(arguments[1]) else { exit(64) }
        let folder = arguments[2]
        let hosts = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/hosts.json")))
        let files = try StaticFiles(root: folder)

        var router = Router()
        router.on(.get, "/hello") { _ in .text("Hello") }
        router.on(.get, "/hosts") { _ in .json(hosts) }
        router.on(.get, "/events") { _ in
            .events { events in
                while true {
                    try await events.send(ServerSentEvent(event: "tick", data: "x"))
                    try await Task.sleep(for: .seconds(1))
                }
            }
        }
        router.fallback { try await files.respond(to: $0) }

        var logger = Logger(label: "ours")
        logger.logLevel = .error
        let server = try HTTPServer(router: router, logger: logger)
        try server.start([.tcp(host: "127.0.0.1", port: port)])
        while true { try await Task.sleep(for: .seconds(3600)) }
    }
}
