import ArgumentParser
import Logging

/// A logger that writes to standard error.
/// - Throws: `ValidationError` for a level that there is not.
func makeLogger(_ label: String, level: String) throws -> Logger {
    guard let level = Logger.Level(rawValue: level) else {
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--log-level must be one of \(levels), is '\(level)'")
    }
    var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = level
    return logger
}
