import Foundation

/// A directory that is there for the time of a test and gone after it, whether the test passes, fails or throws.
public enum TemporaryDirectory {
    /// Runs a test with a directory of its own.
    public static func with<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let path = NSTemporaryDirectory() + "relocate-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }
}
