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
        while ContinuousClock.now < end {
            if case .exited(let status) = await presence, status?.isSuccess != true { throw await failure(status) }
            // Cancelled with the order, of which nobody wants to know any more.
            guard (try? await Task.sleep(for: Self.lookInterval)) != nil else { return }
        }
    }

    private var presence: PresenceState? {
        get async { await runtime.presence().first { $0.stay == stay }?.state }
    }

    private func failure(_ status: ExitStatus?) async -> StepFailure {
        // Without its output, or with something of it left, it has still ended.
        let output = (try? await runtime.logs(stay.container, tailBytes: Self.outputBytes)) ?? ""
        try? await runtime.stop(stay, gracePeriod: .zero)
        return StepFailure(
            code: .endedAtOnce,
            message: "its process ended at once" + (status.map { ", with \($0)" } ?? ""),
            toolMessage: output.isEmpty ? "it printed nothing" : "it printed: \(output)")
    }
}
