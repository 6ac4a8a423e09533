import FleetModel

/// A moment at which a container can be stopped without losing clients.
///
/// `settle` has waited until its queues were empty, and nobody comes from outside any more. But its own processes may have
/// connected to each other since. That can be told for certain only when it stands still; then it is let go on, so that its
/// program can accept them, and is stopped again a little later.
struct StillMoment: Sendable {
    /// How often a container is stopped for one move, while packets for it are held already.
    static let mostStops = 8

    private let network: StillNetwork
    private let rule: AcceptQueueRule
    private let stops: Int

    /// A moment that the rules allow. Those that wait for nobody allow the first.
    init(_ network: StillNetwork, _ rules: ConnectionRules) {
        self.network = network
        rule = rules.acceptQueue
        stops = rules.acceptSeconds > 0 ? Self.mostStops : 1
    }

    /// Does what stops the container until it does so at the right moment, or there was none.
    /// - Parameter body: is handed what it has to call, with the container's processes, when they stand still. If that throws, it lets the container
    ///   go on and throws the same.
    /// - Throws: `clientsWaiting`, `fleetingFile`, and what else `body` throws.
    func seize<Value>(
        _ body: (_ isFit: @escaping StillCheck) async throws(StepFailure) -> Value
    ) async throws(StepFailure) -> Value {
        var stop = 1
        while true {
            let (number, isLast) = (stop, stop == stops)
            do throws(StepFailure) {
                return try await body { family throws(StepFailure) in
                    if let path = FleetingFiles.first(of: family) { throw .fleetingFile(path, stops: number) }
                    // Who waits at the last is reset, where the rules say so.
                    let mayReset = isLast && rule == .reset
                    let waiting = try network.fallSilent { $0 > 0 && !mayReset }
                    guard waiting == 0 || mayReset else {
                        throw .clientsWaiting(
                            waiting, "waited to be accepted when it was stopped, \(number) times in a row")
                    }
                }
            } catch {
                guard error.isOfTheMoment, !isLast, !Task.isCancelled else { throw error }
            }
            // A cancelled wait is noticed above.
            try? await Task.sleep(for: .milliseconds(1 << (stop - 1)))
            stop += 1
        }
    }
}
