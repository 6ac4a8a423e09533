import Foundation
import HTTPTypes
import Testing

@testable import HTTP

/// Frames that no client of ours would send, made by Frames/frames.py with libraries of its own.
@Suite("HTTP/2 frame by frame")
struct HTTP2FramesTests {
    /// The Python that scripts/bootstrap --test sets up.
    private static let python = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(".build/venv/bin/python")

    private static var hasPython: Bool { FileManager.default.isExecutableFile(atPath: python.path) }

    private func router() -> Router {
        var router = Router()
        router.on(.get, "/hello") { _ in .text("hello") }
        router.on(.post, "/length") { .text("\(try await $0.body.collect(upTo: 1 << 20).count)") }
        router.on(.post, "/ignore") { _ in .text("ignored") }
        router.on(.post, "/sleep") { _ in
            try await Task.sleep(for: .seconds(600))
            return .text("")
        }
        return router
    }

    @Test(
        "every request gets what its RFC says, and whoever breaks the rules harms only his own connection",
        .enabled(if: hasPython, "the Python packages are missing; 'sudo scripts/bootstrap --test' installs them"))
    func frames() async throws {
        try await LiveServer.with(router()) { server, address in
            guard case .tcp(_, let port, _) = address else { return }
            let (status, output) = try await onThread { try Self.run(port: port) }
            #expect(status == 0, "\(output)")
            #expect(output.contains("checks passed"))
            #expect(await eventually { server.connectionCount == 0 })
        }
    }

    private static func run(port: Int) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = python
        let script = Bundle.module.bundleURL.appendingPathComponent("Frames/frames.py")
        process.arguments = ["-B", script.path, String(port)]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}
