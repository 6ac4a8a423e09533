import AttackSimulation
import FleetModel

/// A simulation of the control plane's own fleet, which the control plane runs.
struct FleetSimulation {
    /// How it stands, as the API tells it.
    struct OnWire: Decodable {
        var id: Int64
        var state: String
        var detail: String?
        var finishedRuns: Int
        var allRuns: Int
        var result: ExperimentResult?
    }

    private struct Order: Encodable {
        struct Question: Encodable {
            var policy: PolicyName?
            var attackSeconds: Double?
            var attackers: Int?
            var horizonSeconds: Double?
        }

        var whatIf: Question
        var runs: Int?
        var seed: UInt64?
    }

    private let session: Session

    init(_ session: Session) { self.session = session }

    /// Asks, follows the progress, and gives what came of it.
    /// - Throws: `ClientError`.
    func run(_ question: FleetQuestionOptions, runs: Int?, seed: UInt64?) async throws -> (
        id: Int64, result: ExperimentResult
    ) {
        let order = Order(
            whatIf: Order.Question(
                policy: question.policy, attackSeconds: question.attack?.seconds, attackers: question.attackers,
                horizonSeconds: question.horizon?.seconds), runs: runs, seed: seed)
        let id = try await session.api.post(APIPath("simulations"), order).decode(OnWire.self).id
        let progress = ProgressLine(session.complaints)
        defer { progress.clear() }
        while true {
            let now = try await session.api.get(APIPath("simulations", "\(id)")).decode(OnWire.self)
            switch now.state {
            case "completed":
                guard let result = now.result else {
                    throw ClientError.notUnderstood("simulation \(id) is completed and has no result")
                }
                return (id, result)
            case "waiting", "running":
                if session.complaints.isTerminal {
                    progress.show(now.finishedRuns, of: now.allRuns, "of \(now.allRuns) runs, \(now.state)")
                }
            default:
                throw ClientError.failed("simulation \(id) is \(now.state)" + (now.detail.map { ": \($0)" } ?? ""))
            }
            try await Task.sleep(for: .milliseconds(300))
        }
    }
}
