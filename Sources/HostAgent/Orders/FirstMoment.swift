import FleetModel

/// The first moment of a container that was just started: one with a wrong command ends in it, and whoever asked for it is to
/// learn that, with its last words.
struct FirstMoment: Sendable {
    private static let lookInterval = Duration.milliseconds(50)
    private static let outputBytes = 2000

    private let stay: Stay
    private let runtime: any ContainerRuntime

    init(of stay: Stay, on runtime: any ContainerRuntime) {
        self.stay = stay
        self.runtime = runtime
    }

    /// Sees it to its end. One that ends at once and is content had little to do.
    /// - Throws: `StepFailure` with the code `endedAtOnce`; nothing is left of the stay then.
    func see() async throws(StepFailure) {
        let end = ContinuousClock.now + runtime.firstMoment
        while true {
            let isOver = ContinuousClock.now >= end
            // With what it has ended may be known a little later.
            if case .exited(let status) = await presence, status != nil || isOver {
                if status?.isSuccess == true { return }
                throw await failure(status)
            }
            if isOver { return }
            // Cancelled with the order, of which nobody wants to know any more.
            guard (try? await Task.sleep(for: Self.lookInterval)) != nil else { return }
        }
    }

    private var presence: PresenceState? {
        get async { await runtime.presence().first { $0.stay == stay }?.state }
    }

    /// What it printed is written down by another process, which may need a moment.
    private var lastWords: String {
        get async {
            for _ in 0..<6 {
                if let output = try? await runtime.logs(stay.container, tailBytes: Self.outputBytes), !output.isEmpty {
                    return output
                }
                // Cancelled with the order.
                guard (try? await Task.sleep(for: Self.lookInterval)) != nil else { break }
            }
            return ""
        }
    }

    private func failure(_ status: ProcessExit?) async -> StepFailure {
        let output = await lastWords
        // With something of it left it has still ended.
        try? await runtime.stop(stay, gracePeriod: .zero)
        return StepFailure(
            code: .endedAtOnce,
            message: "its process ended at once" + (status.map { ", with \($0)" } ?? ""),
            toolMessage: output.isEmpty ? "it printed nothing" : "it printed: \(output)")
    }
}
