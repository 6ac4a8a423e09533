import FleetCore
import FleetModel
import MovingTarget

extension Relocator {
    /// One look at what waits: where each could go, as the fleet is now.
    final class Turn {
        private let state: FleetState
        private let agents: AgentRegistry
        private let exposure: ExposureLog
        private let listing: CandidateListing
        private let now: Timestamp
        /// The decision about the last that was asked about; `nil` when there was none.
        private(set) var decision: PlacementDecision?
        /// Why the last that was asked about cannot begin; `nil` when the decision says it, or it is gone.
        private(set) var refusal: StepFailure?
        /// Whether something waits for an agent.
        private(set) var hasSilent = false

        /// - Parameter listing: which candidates a decision names.
        init(
            state: FleetState, agents: AgentRegistry, exposure: ExposureLog, listing: CandidateListing, now: Timestamp
        ) {
            self.state = state
            self.listing = listing
            self.agents = agents
            self.exposure = exposure
            self.now = now
        }

        /// Where a relocation whose turn has come is to go.
        func choose(_ waiting: StartQueue.Waiting, busy: Set<HostName>) -> StartQueue.Choice {
            (decision, refusal) = (nil, nil)
            guard state.relocations[waiting.id] != nil else { return .nowhere }
            switch state.hearing(of: waiting, isConnected: agents.isConnected) {
            case .heard: break
            case .wait: return silent
            case .refuse(let host):
                refusal = StepFailure(code: .unreachable, message: host.description)
                return .nowhere
            }
            guard
                let outcome = state.decision(
                    for: waiting, busy: busy, at: now, exposure: exposure, listing: listing)
            else { return .nowhere }
            decision = outcome.decision
            guard let chosen = outcome.decision.chosen else { return outcome.isTemporary ? .later : .nowhere }
            return agents.isConnected(chosen) ? .host(chosen) : silent
        }

        private var silent: StartQueue.Choice {
            hasSilent = true
            return .silent
        }
    }
}
