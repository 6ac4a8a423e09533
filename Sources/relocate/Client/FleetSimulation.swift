import AttackSimulation
import FleetAPI
import FleetModel

/// A simulation of the control plane's own fleet, which the control plane runs.
struct FleetSimulation {
    private typealias View = SimulationView<ExperimentResult>

    private let session: Session

    init(_ session: Session) { self.session = session }

    /// Asks, follows the progress, and gives what came of it.
    /// - Throws: `ClientError`.
    func run(_ question: FleetQuestionOptions, runs: Int?, seed: UInt64?) async throws -> (
        id: Int64, result: ExperimentResult
    ) {
        let order = SimulationBody(
            whatIf: FleetQuestionBody(
                policy: question.policy, attackSeconds: question.attack?.seconds, attackers: question.attackers,
                horizonSeconds: question.horizon?.seconds), runs: runs, seed: seed)
        let id = try await session.api.post(APIPath("simulations"), order).decode(View.self).id
        let progress = ProgressLine(session.complaints)
        defer { progress.clear() }
        while true {
            let now = try await session.api.get(APIPath("simulations", "\(id)")).decode(View.self)
            switch now.state.known {
            case .completed:
                guard let result = now.outcome?.result else {
                    throw ClientError.notUnderstood("simulation \(id) is completed and has no result")
                }
                return (id, result)
            case .waiting, .running:
                if session.complaints.isTerminal {
                    progress.show(now.finishedRuns, of: now.allRuns, "of \(now.allRuns) runs, \(now.state)")
                }
            case .failed, .cancelled, nil:
                throw ClientError.failed("simulation \(id) is \(now.state)" + (now.detail.map { ": \($0)" } ?? ""))
            }
            try await Task.sleep(for: .milliseconds(300))
        }
    }
}
