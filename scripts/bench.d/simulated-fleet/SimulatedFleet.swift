import FleetModel
import Foundation
import HTTP

/// A fleet without hosts: it fills a ledger, plays the agents of all hosts in one process, and asks for moves and listens to
/// events as operators do. See `scripts/bench scale`.
@main
enum SimulatedFleet {
    private static let usage = """
        usage: simulated-fleet fill --hosts N --containers N --tenants N --seed N --state DIRECTORY --migrations DIRECTORY
               simulated-fleet agents --hosts N --containers N --tenants N --seed N --agents PORT
               simulated-fleet moves --containers N --at-once N --seconds N --first N --operators PORT
               simulated-fleet subscribe --count N --seconds N --operators PORT
        """

    static func main() async {
        do {
            let options = try Options(CommandLine.arguments.dropFirst(2))
            switch CommandLine.arguments.dropFirst().first {
            case "fill":
                let filling = try LedgerFilling(
                    try FleetPlan(options), state: try options.text("state"),
                    migrations: try options.text("migrations"))
                try filling.run()
            case "agents": try await play(try FleetPlan(options), at: try options.endpoint("agents"))
            case "moves":
                let moves = try Moves(options)
                report(await moves.run())
            case "subscribe":
                let subscribers = try Subscribers(options)
                report(await subscribers.run())
            default: throw UsageError("say what is to be done")
            }
        } catch let error as UsageError {
            complain("error: \(error)\n\(usage)")
            exit(64)
        } catch {
            complain("error: \(error)")
            exit(1)
        }
    }

    /// Until the process is ended.
    private static func play(_ plan: FleetPlan, at endpoint: Endpoint) async throws {
        let progress = try Progress(plan)
        let agents = try (0...plan.hosts).map { try SimulatedAgent($0, of: plan, at: endpoint, progress) }
        await withDiscardingTaskGroup { group in
            for agent in agents { group.addTask { await agent.run() } }
        }
    }
}
