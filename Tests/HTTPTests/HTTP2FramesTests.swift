import Foundation
import HTTPTypes
import RelocateTesting
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
            let script = Bundle.module.bundleURL.appendingPathComponent("Frames/frames.py")
            let result = try await runProgram(Self.python.path, ["-B", script.path, String(port)])
            #expect(result.status == 0, "\(result.text)")
            #expect(result.text.contains("checks passed"))
            #expect(await eventually { server.connectionCount == 0 })
        }
    }
}
