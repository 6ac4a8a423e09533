import Synchronization

/// A line on a terminal that tells how much of something is done, and is overwritten as it grows.
final class ProgressLine: Sendable {
    private let output: Output
    private let shown = Mutex<Int?>(nil)

    /// A line on this output.
    init(_ output: Output) { self.output = output }

    /// Shows how much of a file is sent.
    func show(sent: Int, of total: Int) {
        let words = sent < total ? "sent" : "sent; the control plane unpacks it"
        show(sent, of: total, "of \(Units.bytes(total)) \(words)")
    }

    /// Shows the progress when it has changed by a percent.
    func show(_ done: Int, of total: Int, _ words: String) {
        let percent = total > 0 ? done * 100 / total : 100
        let isNews = shown.withLock { shown in
            guard shown != percent else { return false }
            shown = percent
            return true
        }
        guard isNews else { return }
        // Progress that cannot be shown is no reason to stop.
        try? output.write("\r\u{1B}[K\(percent) % \(words)")
    }

    /// Removes the line.
    func clear() {
        let wasShown = shown.withLock { shown in
            defer { shown = nil }
            return shown != nil
        }
        if wasShown { try? output.write("\r\u{1B}[K") }
    }
}
