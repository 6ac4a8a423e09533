import FleetCore
import FleetModel

/// How far a drain is, on the wire.
struct DrainView: Encodable {
    /// A container that is still there.
    struct Remaining: Encodable {
        /// How it stands with it.
        enum State: String, Encodable {
            /// It is being moved.
            case moving
            /// Its move waits for its turn.
            case waiting
            /// It cannot leave; `reason` says why.
            case blocked
        }

        var container: ContainerName
        var tenant: TenantName
        var state: State
        var relocation: RelocationID?
        var reason: String?
    }

    var host: HostName
    var state: HostState
    var startedAt: Timestamp
    var startedBy: String
    var endedAt: Timestamp?
    var total: Int
    var moved: Int
    var remaining: [Remaining]

    /// - Throws: `FleetError.notFound` when the host is not being drained, and was not since it was ready.
    init(_ host: Host, in state: FleetState, at now: Timestamp) throws(FleetError) {
        guard let drain = host.drain else { throw .notFound(kind: "drain of host", name: host.name.text) }
        self.host = host.name
        self.state = host.state
        startedAt = drain.startedAt
        startedBy = drain.startedBy
        endedAt = drain.endedAt
        remaining = state.containers(on: host.name).map { Self.remaining($0, in: state, at: now) }
        total = max(drain.total, remaining.count)
        moved = total - remaining.count
    }

    private static func remaining(_ container: Container, in state: FleetState, at now: Timestamp) -> Remaining {
        let open = state.openRelocation(of: container.name)
        let obstacle = state.obstacle(to: container, at: now)
        let alarm = state.alarms[AlarmKey(kind: .noFeasibleHost, subject: container.name.text)]?.message
        let standing: Remaining.State =
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
