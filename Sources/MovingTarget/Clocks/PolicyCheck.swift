import FleetModel

/// Whether a policy can do what it says.
///
/// `Policy.validate()` checks each value by itself. This looks at what they come to: a clock that never fires, stays that
/// are over before a move is, bounds that leave nothing of the clock or that it never heeds.
public enum PolicyCheck {
    /// A stay must last at least this many times what a move takes. Below that a container is on the move for much of the
    /// time, and moves queue up.
    public static let movesPerStay: Double = 4

    /// The shortest stay where a policy names none, in seconds: a few times what a move takes, and at least a second.
    /// - Parameter moveSeconds: The median of whole moves, from the first step to the last; `nil` when none was measured.
    public static func defaultMinSeconds(moveSeconds: Double?) -> Double {
        max(1, movesPerStay * (moveSeconds ?? 0))
    }
}

extension Policy {
    /// Checks that every value is in its range and that the policy can work.
    /// - Parameter moveSeconds: The median of whole moves, from the first step to the last; `nil` when none was measured,
    ///   and then stays are not held against it.
    /// - Throws: `PolicyRefusal` with the nearest values that do work.
    public func check(moveSeconds: Double?) throws(PolicyRefusal) {
        guard let fault = PolicyFault(in: self, moveSeconds: moveSeconds) else { return }
        throw PolicyRefusal(
            field: fault.field, reason: fault.reason,
            corrections: fault.corrections(of: self, moveSeconds: moveSeconds))
    }
}

extension PolicyFault {
    /// The changes after which nothing is wrong. Where none is enough by itself, each is followed by what else it takes.
    func corrections(of policy: Policy, moveSeconds: Double?) -> [[PolicyChange]] {
        let changes = self.changes()
        for depth in 0...2 {
            let found = changes.compactMap {
                Self.completed([$0], on: policy.with($0), moveSeconds: moveSeconds, depth: depth)
            }
            if !found.isEmpty { return found }
        }
        return []
    }

    private static func completed(
        _ changes: [PolicyChange], on policy: Policy, moveSeconds: Double?, depth: Int
    ) -> [PolicyChange]? {
        guard let fault = PolicyFault(in: policy, moveSeconds: moveSeconds) else { return changes }
        guard depth > 0 else { return nil }
        for change in fault.changes() where !changes.contains(where: { $0.field == change.field }) {
            if let found = completed(
                changes + [change], on: policy.with(change), moveSeconds: moveSeconds, depth: depth - 1)
            {
                return found
            }
        }
        return nil
    }
}
