import FleetModel
import RelocateTesting
import Testing

/// A process that is ended, as kill -9 does, at a moment of a step, and what is to become of the move.
struct Death: Sendable, CustomTestStringConvertible {
    /// The process.
    var process: String
    /// `begun` and `done` for agents, `recorded` and `answered` for the control plane.
    var moment: String
    var step: StepKind
    var end: RelocationState

    /// Whether the destination is to fail at restoring, so that the move comes to this step.
    var needsFailure: Bool { [.revive, .steerBack, .abandon, .disarm].contains(step) }

    /// The container of this case.
    var container: String { "\(process)-\(step.rawValue)-\(moment)".lowercased() }

    var testDescription: String { "\(process) at \(step.rawValue):\(moment) → \(end.rawValue)" }

    /// Every step of a move from host1 to host2 with the agent that carries it out.
    static let ofAgents: [Death] = StepKind.allCases.filter { $0 != .part }.flatMap { step in
        ["begun", "done"].map { moment in
            Death(process: agent(of: step), moment: moment, step: step, end: end(of: step, agentAt: moment))
        }
    }

    /// Every step that the control plane sends. `arm` goes out together with `prepare`.
    static let ofTheControlPlane: [Death] = StepKind.allCases.filter { $0 != .part }.flatMap { step in
        ["recorded", "answered"].map { moment in
            let isUndoing = [.revive, .steerBack, .abandon, .disarm].contains(step)
            return Death(
                process: "control-plane", moment: moment, step: step, end: isUndoing ? .rolledBack : .completed)
        }
    }

    private static func agent(of step: StepKind) -> String {
        switch step {
        case .prepare, .restore, .release, .seal, .abandon: "host2"
        case .arm, .settle, .checkpoint, .retire, .revive, .disarm: "host1"
        case .hush, .steer, .part, .announce, .steerBack: "gateway"
        }
    }

    /// An agent that comes back in time is asked again. What it held, and was just about to let go, has ended with it.
    private static func end(of step: StepKind, agentAt moment: String) -> RelocationState {
        switch (step, moment) {
        case (.release, "begun"): .rolledBack
        case (.revive, _), (.steerBack, _), (.abandon, _), (.disarm, _): .rolledBack
        default: .completed
        }
    }
}

extension EndToEnd {
    @Suite("When a process is killed in the middle of a move")
    struct Deaths {
        @Test(
            "an agent that comes back goes on; the container runs once and its client stays", arguments: Death.ofAgents)
        func agent(_ death: Death) async throws { try await show(death) }

        @Test(
            "a control plane that comes back ends the move; the container runs once and its client stays",
            arguments: Death.ofTheControlPlane)
        func controlPlane(_ death: Death) async throws { try await show(death) }

        private func show(_ death: Death) async throws {
            let lab = try TestLab.shared
            let destination = try HostName("host2")
            try await EchoScene.play(death.container, in: lab) { scene in
                try await lab.arm(death.process, toDieAt: "\(death.step.rawValue):\(death.moment)")
                try await lab.awaitControlPlane()
                if death.needsFailure { try lab.faults.begin(.restore(destination)) }
                // A control plane that dies at the first step gives no answer.
                _ = try? await lab.api.send(
                    .post, "/v1/containers/\(scene.name)/relocate", #"{"to":"\#(destination)"}"#)
                try await eventually("\(death.process) has died") { !lab.isRunning(death.process) }
                try await lab.heal()
                let relocation = try await scene.end()
                lab.faults.end(.restore(destination))
                #expect(relocation.state == death.end, "\(String(describing: relocation.failure))")
                if relocation.state == .completed {
                    try await scene.expectRuns(on: destination)
                } else {
                    try await scene.expectUnmoved()
                }
            }
        }
    }
}
