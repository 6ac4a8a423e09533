import FleetModel

extension StepFailure {
    /// An order does not fit what is here of a stay.
    /// - Parameter phase: how far the stay is; `nil` when nothing of it is here.
    static func notHere(_ stay: Stay, in phase: (some Sendable)?) -> StepFailure {
        let state = phase.map { "it is \($0)" } ?? "nothing of it is here"
        return StepFailure(code: .notHere, message: "container '\(stay.container)', stay \(stay): \(state)")
    }

    /// A container that should run does not.
    static func hasEnded(_ stay: Stay) -> StepFailure {
        StepFailure(code: .notHere, message: "container '\(stay.container)' has ended by itself")
    }

    /// Only a relocation has a container restored.
    static let noArrival = StepFailure(code: .invalidOrder, message: "a container arrives with a relocation")

    /// What was held is gone.
    init(_ loss: HoldLoss) {
        switch loss {
        case .leaseExpired:
            self.init(code: .leaseExpired, message: "the container was not released in time and was ended")
        case .interrupted:
            self.init(
                code: .interrupted, message: "the agent was ended while it held the container, which has ended too")
        }
    }
}
