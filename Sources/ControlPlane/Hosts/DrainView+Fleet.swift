import FleetAPI
import FleetCore
import FleetModel

extension DrainView {
    /// How far the drain of a host is.
    /// - Throws: `FleetError.notFound` when the host is not being drained, and was not since it was ready.
    init(_ host: Host, in state: FleetState, at now: Timestamp) throws(FleetError) {
        guard let drain = host.drain else { throw .notFound(kind: "drain of host", name: host.name.text) }
        self.init(
            host: host.name, state: host.state, drain: drain,
            remaining: state.containers(on: host.name).map { Self.remaining($0, on: host, in: state, at: now) })
    }

    private static func remaining(
        _ container: Container, on host: Host, in state: FleetState, at now: Timestamp
    ) -> Remaining {
        let open = state.openRelocation(of: container.name)
        let silence = host.state == .unreachable ? "host '\(host.name)' is not heard" : nil
        let obstacle = silence ?? state.obstacle(to: container, at: now)
        let alarm = state.alarms[AlarmKey(kind: .noFeasibleHost, subject: container.name.text)]?.message
        let standing: Standing =
            switch open?.state {
            case .running?, .rollingBack?: .moving
            case .queued?: .waiting
            default: obstacle ?? alarm == nil ? .waiting : .blocked
            }
        return Remaining(
            container: container.name, tenant: container.spec.tenant, state: standing, relocation: open?.id,
            reason: standing == .moving ? nil : obstacle ?? alarm)
    }
}
