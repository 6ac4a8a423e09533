import HTTP

/// What the daemon tells while it works on an image: lines of JSON. A failure comes as one of them, in an answer whose
/// status has said before that all is well.
struct ProgressReport: Sendable {
    /// More lines than this are not kept, only read: a pull reports every few kilobytes.
    private static let kept = 1000

    /// What is left to read at the end of the work, newest last.
    private(set) var messages: [String] = []

    /// Reads to the end.
    /// - Throws: `DockerError` with the case `refused` when the work failed.
    static func read(_ response: ClientResponse) async throws -> ProgressReport {
        var report = ProgressReport()
        var lines = LineSplitter()
        for try await piece in response.body {
            for line in try lines.split(piece) { try report.take(line) }
        }
        if let line = lines.finish() { try report.take(line) }
        return report
    }

    private mutating func take(_ line: [UInt8]) throws(DockerError) {
        let document = try JSON(parsing: line)
        if let failure = document["errorDetail"]?["message"]?.string ?? document["error"]?.string {
            throw .refused(status: 200, message: failure)
        }
        // Lines with an amount of progress come in thousands, and say nothing at the end.
        guard document["progressDetail"]?.unlessEmpty == nil,
            let message = document["stream"]?.string ?? document["status"]?.string
        else { return }
        messages.append(message)
        if messages.count > Self.kept { messages.removeFirst() }
    }
}
