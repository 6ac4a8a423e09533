import Synchronization

/// A line on a terminal that tells how much of a file is sent, and is overwritten as it grows.
final class ProgressLine: Sendable {
    private let output: Output
    private let shown = Mutex<Int?>(nil)

    /// A line on this output.
    init(_ output: Output) { self.output = output }

    /// Shows the progress when it has changed by a percent.
    func show(sent: Int, of total: Int) {
        let percent = total > 0 ? sent * 100 / total : 100
        let isNews = shown.withLock { shown in
            guard shown != percent else { return false }
            shown = percent
            return true
        }
        guard isNews else { return }
        let words = percent < 100 ? "sent" : "sent; the control plane unpacks it"
        // Progress that cannot be shown is no reason to stop.
        try? output.write("\r\u{1B}[K\(percent) % of \(Units.bytes(total)) \(words)")
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
