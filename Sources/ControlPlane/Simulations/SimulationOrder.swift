import AttackSimulation
import FleetAPI
import FleetCore
import FleetModel
import MovingTarget

/// What somebody wants simulated: one of the program's experiments, a document, or the fleet as it is.
struct SimulationOrder {
    private let body: SimulationBody

    init(_ body: SimulationBody) { self.body = body }

    /// The order made ready, with every scenario checked.
    /// - Throws: `FleetError` that names the field which is wrong.
    func run(in state: FleetState) throws -> (ExperimentRun, SimulationKind) {
        // JSON's readers keep whole numbers exactly only so far.
        if let seed = body.seed, seed > (1 << 53) - 1 {
            throw FleetError.invalid(field: "seed", detail: "must be 0 to \((1 << 53) - 1), is \(seed)")
        }
        guard [body.experiment != nil, body.document != nil, body.whatIf != nil].count(where: \.self) == 1 else {
            throw FleetError.invalid(
                field: "experiment",
                detail: "exactly one of 'experiment', 'document' and 'whatIf' says what is to be simulated")
        }
        if let experiment = body.experiment {
            return (try ready(try SimulationsRoutes.experiment(experiment), place: nil), .experiment)
        }
        if let document = body.document {
            let experiment = try located("document") { () throws(SimulationError) in
                try Experiment(json: (try? FleetJSON.encode(document)) ?? [])
            }
            return (try ready(experiment, place: "document"), .document)
        }
        let question = body.whatIf ?? FleetQuestionBody()
        let name = try policyName(of: question, in: state)
        let policy = try state.policy(name).policy
        let experiment = try located("whatIf") { () throws(SimulationError) in
            try WhatIf(question).experiment(
                hosts: state.simulatedHosts, policy: policy, called: name.text,
                moves: MoveModel(pauseSeconds: state.moveTimes.pauseSeconds ?? 0))
        }
        return (try ready(experiment, place: nil), .whatIf)
    }

    private func ready(_ experiment: Experiment, place: String?) throws(FleetError) -> ExperimentRun {
        try located(place) { () throws(SimulationError) in
            try ExperimentRun(experiment, runs: body.runs, seed: body.seed)
        }
    }

    private func policyName(of question: FleetQuestionBody, in state: FleetState) throws -> PolicyName {
        if let policy = question.policy {
            guard question.tenant == nil else {
                throw FleetError.invalid(
                    field: "whatIf.tenant", detail: "a policy is named already: leave one of them out")
            }
            guard policy == .default || state.policies[policy] != nil else {
                throw FleetError.invalid(field: "whatIf.policy", detail: "there is no policy '\(policy)'")
            }
            return policy
        }
        guard let tenant = question.tenant else { return .default }
        guard let known = state.tenants[tenant] else {
            throw FleetError.invalid(field: "whatIf.tenant", detail: "there is no tenant '\(tenant)'")
        }
        return known.policy ?? .default
    }

    /// Names the place of what is wrong from the request's point of view.
    private func located<Value>(
        _ place: String?, _ body: () throws(SimulationError) -> Value
    ) throws(FleetError) -> Value {
        do {
            return try body()
        } catch .outOfRange(let field, let detail) {
            throw .invalid(field: place.map { "\($0).\(field)" } ?? field, detail: detail)
        } catch {
            throw .invalid(field: place ?? "experiment", detail: "\(error)")
        }
    }
}

extension WhatIf {
    /// What is asked, with the usual number of attackers where none is said.
    fileprivate init(_ question: FleetQuestionBody) {
        self.init(
            attackSeconds: question.attackSeconds, attackers: question.attackers ?? WhatIf().attackers,
            horizonSeconds: question.horizonSeconds)
    }
}

extension FleetState {
    /// The hosts that carry containers, with the tenants on them, as the simulator knows them.
    var simulatedHosts: [SimulatedHost] {
        workers.map { host in
            SimulatedHost(
                name: host.name, profile: host.profile,
                tenants: Set(containers(on: host.name).map(\.spec.tenant)).sorted())
        }
    }
}
