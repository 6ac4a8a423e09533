import FleetModel
import FoundationEssentials
import Glibc
import SystemSupport

/// The outcomes of the orders that this agent has carried out, one small file each, so that an order which is asked
/// again, even of an agent that was restarted in between, is answered and not carried out twice.
///
/// An outcome is written before it is sent. An order without an outcome may have been begun: carrying it out again is
/// safe because every operation below it looks at the truth first.
struct OrderJournal: Sendable {
    private let directory: String

    /// Opens the journal in a directory, which is made when it is missing.
    init(directory: String) throws(StepFailure) {
        self.directory = directory
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw StepFailure(code: .internalError, message: "cannot make the journal \(directory): \(error)")
        }
    }

    /// The recorded outcome of an order; `nil` when there is none, or none that can be read.
    func outcome(of id: OrderID) -> OrderOutcome? {
        guard let data = FileManager.default.contents(atPath: path(of: id)) else { return nil }
        return try? FleetJSON.decode(OrderOutcome.self, from: data)
    }

    /// Records an outcome. It outlives the agent; nothing has to outlive the machine, whose end is that of the containers too.
    /// A journal that cannot be written to costs idempotency after a restart, not the order.
    func record(_ outcome: OrderOutcome) throws {
        let path = path(of: outcome.id)
        let folder = directory + "/" + outcome.id.operation
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw SystemCallError("make \(folder)") }
        try WholeFile.write(try FleetJSON.encode(outcome), to: path)
    }

    /// Forgets operations that ended longer ago than an order can be asked again.
    func prune(before limit: Timestamp) {
        let manager = FileManager.default
        for operation in (try? manager.contentsOfDirectory(atPath: directory)) ?? [] {
            let path = directory + "/" + operation
            guard let changed = try? manager.attributesOfItem(atPath: path)[.modificationDate] as? Date,
                Timestamp(changed) < limit
            else { continue }
            try? manager.removeItem(atPath: path)
        }
    }

    private func path(of id: OrderID) -> String { "\(directory)/\(id.operation)/\(id.step)-\(id.attempt).json" }
}
