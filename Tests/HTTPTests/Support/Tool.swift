import Foundation
import RelocateTesting

/// Another program, such as `openssl` or `curl`, run to its end with a text as its input.
struct Tool: Sendable {
    private static let folders = ["/usr/bin", "/usr/local/bin", "/bin"]

    private let path: String

    /// Nil if this machine does not have it.
    init?(_ name: String) {
        let paths = Self.folders.map { "\($0)/\(name)" }
        guard let path = paths.first(where: FileManager.default.isExecutableFile) else { return nil }
        self.path = path
    }

    func run(_ arguments: [String], input: String = "") async throws -> ProgramResult {
        try await runProgram(path, arguments, input: input)
    }
}
