import FleetModel

/// How far the drain of a host is, as the API shows it.
struct DrainOnWire: Decodable, Sendable {
    /// A container that is still there.
    struct Remaining: Decodable, Sendable {
        /// The container.
        var container: ContainerName
        /// Whose it is.
        var tenant: TenantName
        /// `moving`, `waiting` or `blocked`.
        var state: String
        /// The move that takes it away.
        var relocation: RelocationID?
        /// Why it waits or cannot leave.
        var reason: String?
    }

    /// The host.
    var host: HostName
    /// Its state now.
    var state: HostState
    /// When the drain was asked for.
    var startedAt: Timestamp
    /// By whom.
    var startedBy: String
    /// When the last container had left.
    var endedAt: Timestamp?
    /// How many containers there were.
    var total: Int
    /// How many have left.
    var moved: Int
    /// Those that have not.
    var remaining: [Remaining]

    /// How it stands.
    enum Standing: Sendable, Hashable {
        /// Containers are leaving.
        case underWay
        /// None is left.
        case done
        /// Somebody has let the host be before all had left.
        case stopped
    }

    /// How it stands.
    var standing: Standing {
        if endedAt != nil { return .done }
        return state == .draining || state == .unreachable ? .underWay : .stopped
    }

    /// How far it is, in one sentence.
    var progress: String {
        switch standing {
        case .done: return "\(host) is empty: \(moved) of \(total) containers have left; none may come"
        case .stopped:
            return "the drain of \(host) was stopped, it is \(state.rawValue): \(remaining.count) of \(total) are there"
        case .underWay: break
        }
        let counts = ["moving", "waiting", "blocked"].compactMap { state -> String? in
            let count = remaining.count { $0.state == state }
            return count > 0 ? "\(count) \(state)" : nil
        }
        return "\(host): \(moved) of \(total) containers have left"
            + (counts.isEmpty ? "" : ", \(counts.joined(separator: ", "))")
    }

    /// What cannot leave, and why.
    var obstacles: [String] {
        remaining.filter { $0.state == "blocked" }
            .map { "\($0.container) cannot leave: \($0.reason ?? "no reason was given")" }
    }
}

extension DrainOnWire {
    /// The drain for people.
    func text(at now: Timestamp, in style: Style) -> String {
        var details = Details()
        details.add("Drain of", host)
        details.add("State", state.rawValue, state.tone)
        details.add(
            "Asked for", "\(startedAt), \(Units.span(seconds: now.seconds(since: startedAt))) ago, by \(startedBy)")
        details.addIfAny("Ended", endedAt)
        details.add("Progress", progress, standing == .done ? .good : .plain)
        guard !remaining.isEmpty else { return details.text(in: style) }
        let rows = remaining.map { left in
            [
                Table.Cell(left.container), Table.Cell(left.tenant),
                Table.Cell(left.state, left.state == "blocked" ? .bad : .plain), Table.Cell(left.relocation),
                Table.Cell(left.reason),
            ]
        }
        let columns: [Table.Column] = [
            .words("Container"), .words("Tenant"), .words("State"), .numbers("Relocation"), .words("Because"),
        ]
        return details.text(in: style) + "\n" + Table(columns: columns, rows: rows).text(in: style)
    }
}
