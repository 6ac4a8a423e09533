import Foundation

/// Another program, such as `openssl` or `curl`, run to its end with a text as its input.
struct Tool: Sendable {
    struct Result: Sendable {
        var status: Int32
        /// Standard output and standard error together.
        var text: String
    }

    private static let folders = ["/usr/bin", "/usr/local/bin", "/bin"]

    private let url: URL

    /// Nil if this machine does not have it.
    init?(_ name: String) {
        guard let folder = Self.folders.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") })
        else { return nil }
        url = URL(fileURLWithPath: "\(folder)/\(name)")
    }

    func run(_ arguments: [String], input: String = "") async throws -> Result {
        let url = url
        return try await onThread {
            let process = Process()
            let (stdin, output) = (Pipe(), Pipe())
            process.executableURL = url
            process.arguments = arguments
            process.standardInput = stdin
            process.standardOutput = output
            process.standardError = output
            try process.run()
            // A tool that has nothing to do with its input may have ended before it reads it.
            try? stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try stdin.fileHandleForWriting.close()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return Result(status: process.terminationStatus, text: text)
        }
    }
}
