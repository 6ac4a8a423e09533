import FleetCore
import FleetModel
import MovingTarget

extension Relocator {
    /// One look at what waits: where each could go, as the fleet will be with those that start before it.
    struct Turn {
        /// What is to become of a relocation whose turn has come.
        struct Ending: Sendable {
            let waiting: StartQueue.Waiting
            /// Where it begins; `nil` when it cannot.
            let destination: HostName?
            let decision: PlacementDecision?
            let refusal: StepFailure?

            /// Has it happen.
            func apply(to draft: inout FleetDraft, in network: IPv4Network) -> FleetDraft.Beginning {
                if let destination { return draft.begin(waiting.id, at: destination, decision, in: network) }
                draft.cannotBegin(waiting.id, decision, because: refusal)
                return .ended
            }
        }

        private var draft: FleetDraft
        private let agents: AgentRegistry
        private let exposure: ExposureLog
        private let listing: CandidateListing
        private let network: IPv4Network
        /// The decision about the last that was asked about; `nil` when there was none.
        private var decision: PlacementDecision?
        /// Why the last that was asked about cannot begin; `nil` when the decision says it, or it is gone.
        private var refusal: StepFailure?
        /// Whether something waits for an agent.
        private(set) var hasSilent = false
        /// What is to become of those whose turn has come.
        private(set) var endings: [Ending] = []

        /// - Parameter listing: which candidates a decision names.
        init(
            state: FleetState, agents: AgentRegistry, exposure: ExposureLog, listing: CandidateListing,
            network: IPv4Network, now: Timestamp
        ) {
            draft = FleetDraft(state: state, now: now)
            self.listing = listing
            self.agents = agents
            self.exposure = exposure
            self.network = network
        }

        /// The fleet, with what has started.
        var state: FleetState { draft.state }

        /// Where a relocation whose turn has come is to go.
        mutating func choose(_ waiting: StartQueue.Waiting, busy: Set<HostName>) -> StartQueue.Choice {
            (decision, refusal) = (nil, nil)
            guard state.relocations[waiting.id] != nil else { return .nowhere }
            switch state.hearing(of: waiting, isConnected: agents.isConnected) {
            case .heard: break
            case .wait: return silent()
            case .refuse(let host):
                refusal = StepFailure(code: .unreachable, message: host.description)
                return .nowhere
            }
            guard
                let outcome = state.decision(
                    for: waiting, busy: busy, at: draft.now, exposure: exposure, listing: listing)
            else { return .nowhere }
            decision = outcome.decision
            guard let chosen = outcome.decision.chosen else { return outcome.isTemporary ? .later : .nowhere }
            return agents.isConnected(chosen) ? .host(chosen) : silent()
        }

        private mutating func silent() -> StartQueue.Choice {
            hasSilent = true
            return .silent
        }

        /// Its turn is over: it begins at a host, or cannot begin.
        mutating func end(_ waiting: StartQueue.Waiting, at destination: HostName?) {
            let ending = Ending(waiting: waiting, destination: destination, decision: decision, refusal: refusal)
            endings.append(ending)
            _ = ending.apply(to: &draft, in: network)
        }
    }
}
