import FleetAPI
import FleetModel

/// How far the drain of a host is, for people.
struct DrainReport {
    let view: DrainView

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
        if view.endedAt != nil { return .done }
        return view.state == .draining || view.state == .unreachable ? .underWay : .stopped
    }

    /// How far it is, in one sentence.
    var progress: String {
        switch standing {
        case .done:
            return "\(view.host) is empty: \(view.moved) of \(view.total) containers have left; none may come"
        case .stopped:
            return "the drain of \(view.host) was stopped, it is \(view.state.rawValue): "
                + "\(view.remaining.count) of \(view.total) are there"
        case .underWay: break
        }
        let counts = DrainView.Standing.allCases.compactMap { state -> String? in
            let count = view.remaining.count { $0.state.known == state }
            return count > 0 ? "\(count) \(state.rawValue)" : nil
        }
        return "\(view.host): \(view.moved) of \(view.total) containers have left"
            + (counts.isEmpty ? "" : ", \(counts.joined(separator: ", "))")
    }

    /// What cannot leave, and why.
    var obstacles: [String] {
        view.remaining.filter { $0.state.known == .blocked }
            .map { "\($0.container) cannot leave: \($0.reason ?? "no reason was given")" }
    }

    /// The drain for people.
    func text(at now: Timestamp, in style: Style) -> String {
        var details = Details()
        details.add("Drain of", view.host)
        details.add("State", view.state.rawValue, view.state.tone)
        details.add(
            "Asked for",
            "\(view.startedAt), \(Units.span(seconds: now.seconds(since: view.startedAt))) ago, by \(view.startedBy)")
        details.addIfAny("Ended", view.endedAt)
        details.add("Progress", progress, standing == .done ? .good : .plain)
        guard !view.remaining.isEmpty else { return details.text(in: style) }
        let rows = view.remaining.map { left in
            [
                Table.Cell(left.container), Table.Cell(left.tenant),
                Table.Cell(left.state, left.state.known == .blocked ? .bad : .plain), Table.Cell(left.relocation),
                Table.Cell(left.reason),
            ]
        }
        let columns: [Table.Column] = [
            .words("Container"), .words("Tenant"), .words("State"), .numbers("Relocation"), .words("Because"),
        ]
        return details.text(in: style) + "\n" + Table(columns: columns, rows: rows).text(in: style)
    }
}
