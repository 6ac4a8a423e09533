import FleetCore
import FleetLedger
import FleetModel
import Logging

/// Removes what ended relocations could not remove: each standing alarm of the kind `leftover` is a promise to try again.
struct LeftoverSweeper: Sendable {
    let fleet: Fleet
    let ledger: any Ledger
    let agents: AgentRegistry
    let times: StepTimes
    let logger: Logger

    /// Tries again and again, until cancelled.
    func run() async {
        while !Task.isCancelled {
            await sweep()
            try? await Task.sleep(for: .seconds(times.sweepSeconds))
        }
    }

    /// Tries each once.
    func sweep() async {
        for alarm in fleet.snapshot.alarms(of: .leftover) {
            do {
                try await sweep(alarm)
            } catch {
                logger.debug("leftover stays", metadata: ["subject": "\(alarm.subject)", "error": "\(error)"])
            }
        }
    }

    private func sweep(_ alarm: Alarm) async throws {
        guard let number = alarm.subject.split(separator: "-").last.flatMap({ Int64($0) }),
            let relocation = try await ledger.relocation(RelocationID(number))
        else { return try await clear(alarm) }
        let unfinished = relocation.unfinishedRemovals.filter { fleet.snapshot.hosts[$0.host] != nil }
        guard unfinished.allSatisfy({ agents.isConnected($0.host) }) else { return }
        let move = MoveOrder(relocation: relocation.id, container: relocation.container)
        for step in unfinished {
            guard let order = step.kind.removal(of: move) else { continue }
            let id = OrderID(
                operation: relocation.subject, step: step.kind.rawValue,
                attempt: Int(Timestamp.now.milliseconds / 1000))
            _ = try await agents.ask(order, id: id, of: step.host, timeout: .seconds(times.stepSeconds))
        }
        try await clear(alarm)
    }

    private func clear(_ alarm: Alarm) async throws {
        try await fleet.change(by: "control-plane") { $0.clear(.leftover, about: alarm.subject) }
    }
}
