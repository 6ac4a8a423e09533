import FleetModel

/// A relocation with all that is known about it, for people.
struct RelocationReport {
    let relocation: Relocation
    var decision: PlacementDecision?
    let now: Timestamp

    /// Its properties, its steps, then how its destination was found.
    func text(in style: Style) -> String {
        let placement = decision.map { "\n" + PlacementReport(decision: $0).text(in: style) } ?? ""
        return details.text(in: style) + (relocation.steps.isEmpty ? "" : "\n" + steps.text(in: style)) + placement
    }

    private var details: Details {
        var details = Details()
        details.add("Relocation", relocation.id)
        details.add("State", relocation.state.rawValue, relocation.state.tone)
        details.add("Outcome", relocation.outcome)
        details.add("Container", "\(relocation.container) of tenant \(relocation.tenant)")
        details.add("From, to", relocation.way)
        details.add("Trigger", "\(relocation.trigger.rawValue), by \(relocation.actor)")
        details.addIfAny("Reason", relocation.reason)
        details.addIfAny("Suspected", relocation.avoidTenants?.map(\.text).joined(separator: ", "), .warning)
        details.add("Addresses", "\(relocation.oldAddress) → \(relocation.newAddress?.description ?? "?")")
        details.add(
            "Asked for",
            "\(relocation.createdAt), \(Units.span(seconds: now.seconds(since: relocation.createdAt))) ago")
        details.addIfAny("Began", relocation.startedAt)
        details.addIfAny("Ended", relocation.endedAt)
        details.add("Took", Units.milliseconds(relocation.tookMilliseconds))
        details.add("Pause", Units.milliseconds(relocation.pauseMilliseconds), .strong)
        details.add("Dump", Units.bytes(relocation.bytes))
        details.addIfAny("Failure", relocation.failure.map { "\($0.code.rawValue): \($0.message)" }, .bad)
        if let message = relocation.failure?.toolMessage, !message.isEmpty {
            details.add("Tool", lines: message.split(separator: "\n").map(String.init))
        }
        return details
    }

    private var steps: Table {
        let waterfall = Waterfall(relocation.steps)
        let start = relocation.steps.first?.startedAt
        return Table(
            columns: [
                .words("Step"), .words("Host"), .numbers("Try"), .words("State"), .numbers("Start"), .numbers("Took"),
                .words("When"), .words("Note"),
            ],
            rows: relocation.steps.map { step in
                let offset = start.map { step.startedAt.seconds(since: $0) * 1000 }
                let bar = waterfall.bar(of: step)
                return [
                    Table.Cell(step.kind.rawValue), Table.Cell(step.host), Table.Cell(step.attempt),
                    Table.Cell(step.state.rawValue, step.state.tone), Table.Cell(Units.milliseconds(offset)),
                    Table.Cell(Units.milliseconds(step.durationMilliseconds)),
                    Table.Cell(bar + String(repeating: " ", count: Waterfall.width - bar.count), step.state.tone),
                    Table.Cell(note(on: step)),
                ]
            })
    }

    private func note(on step: Step) -> String? {
        let timings = step.timings.parts.map { "\($0.part) \(Units.milliseconds($0.milliseconds))" }
        let notes = timings + (step.failure.map { ["\($0)"] } ?? [])
        return notes.isEmpty ? nil : notes.joined(separator: ", ")
    }
}
