import FleetAPI
import FleetCore
import FleetModel
import HTTP
import MovingTarget

/// What a policy would do, without doing it.
struct PolicyPreview {
    /// The policy that the document changes; `default` without one.
    var base: PolicyName?
    /// The container that is looked at; `nil` for a container like any other.
    var container: ContainerName?
    /// The host that is left; `nil` for each host in turn.
    var from: HostName?

    /// For how many hosts next-host probabilities are shown when none is named.
    private static let sources = 8

    /// Looks ahead.
    /// - Throws: `Problem` 422 for a document that is no policy; `FleetError` when something it names is not there.
    func view(of document: PolicyDocument, in state: FleetState, exposure: ExposureLog) throws -> PolicyPreviewView {
        let known = try container.map { try state.container($0) }
        let name = base ?? known.map { state.policyName(of: $0) } ?? .default
        let policy = try document.applied(to: try state.policy(name).policy)
        var refusal: PolicyPreviewView.Refusal?
        do {
            try policy.check(moveSeconds: state.moveTimes.moveSeconds)
        } catch {
            refusal = PolicyPreviewView.Refusal(field: error.field, reason: error.reason, nearest: error.nearest)
        }
        let forecast = refusal == nil ? self.forecast(policy, in: state) : nil
        let concerned = known == nil ? state.containerCount(under: name) : 1
        let destinations = try destinations(policy, of: known, in: state, exposure: exposure)
        let likeness = FleetHeterogeneity(of: state.workers, weights: policy.weights).likeness
        return PolicyPreviewView(
            policy: policy, refusal: refusal, forecast: forecast, containers: concerned,
            fleetMovesPerHour: Double(concerned) * (forecast?.movesPerHour ?? 0), destinations: destinations,
            meanDifference: likeness.meanDifference, warnings: likeness.warnings)
    }

    private func forecast(_ policy: Policy, in state: FleetState) -> DwellForecast {
        DwellForecast(
            policy, defaultMinSeconds: state.moveTimes.defaultMinSeconds,
            moveSeconds: state.moveTimes.moveSeconds ?? 0, pauseSeconds: state.moveTimes.pauseSeconds ?? 0)
    }

    private func destinations(
        _ policy: Policy, of container: Container?, in state: FleetState, exposure: ExposureLog
    ) throws -> [PolicyPreviewView.Destinations] {
        let now = Timestamp.now
        let sources =
            try from.map { [try state.host($0).name] } ?? container?.host.map { [$0] }
            ?? state.workers.prefix(Self.sources).map(\.name)
        return sources.map { source in
            let request =
                container.map { state.request(moving: $0, from: source, at: now, exposure: exposure) }
                ?? state.request(likeAnyFrom: source, policy, at: now)
            let decision = Placement.probabilities(request, in: state.placement, policy: policy)
            return PolicyPreviewView.Destinations(
                from: source, candidates: decision.candidates, entropy: decision.entropy,
                temperature: decision.temperature, warnings: decision.warnings)
        }
    }
}

extension FleetState {
    /// A container of nobody's that needs no memory: it shows where any container would go.
    fileprivate func request(likeAnyFrom source: HostName, _ policy: Policy, at now: Timestamp) -> PlacementRequest {
        let stay = RelocationClock(policy, defaultMinSeconds: moveTimes.defaultMinSeconds).meanSeconds
        return PlacementRequest(
            party: nil, memoryBytes: 0, runtime: hosts[source]?.facts.runtimes.first ?? .runc,
            source: source, expectedStaySeconds: stay ?? 0, now: now)
    }
}
