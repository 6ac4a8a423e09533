import FleetModel

/// The processes of a container that would not move with it.
///
/// CRIU writes down the tree below the first process. `docker exec`, `runc exec`, Docker's health checks and `nsenter`
/// start processes beside it: they are in the container's namespaces and control groups, but no descendants. (A process
/// whose parent has ended becomes a child of the first process of its own PID namespace; one that came from outside has
/// its parent outside.) CRIU passes them over in silence, and they end with the container. So a move waits for them to
/// end, and is refused if they do not.
struct Bystanders: Sendable {
    /// The container's first process.
    let first: Int32
    /// The container's control group: its directory in any hierarchy.
    let group: String
    /// Whether what started the first process serves this container alone, as a shim of containerd does. Then its other
    /// children are tools that are about to enter the container.
    var hasOwnShim = false

    /// What would be left behind.
    struct Bystander: Sendable, Hashable {
        /// Its number, as the host counts or, where it is in nobody's control group, as the container does.
        let number: Int32
        /// What it was started with.
        let command: String
    }

    /// What a look at a container has found.
    struct Look: Sendable {
        /// What would be left behind.
        var bystanders: [Bystander] = []
        /// What moves: the first process and its descendants.
        var family: Set<Int32>
    }

    /// Looks at everything: the control group, and whatever else is in the PID namespace.
    func look() -> Look {
        var look = lookAtGroup(knowing: [])
        if look.bystanders.isEmpty {
            let proc = "/proc/\(first)/root/proc"
            look.bystanders = Self.sort(ProcessEntry.all(in: proc), in: proc, family: [1]).bystanders
        }
        return look
    }

    /// Looks at those in the control group that are not known to belong to the family. That is quick enough for a container
    /// that stands still, and tools put into its control group what they start in a container.
    func lookAtGroup(knowing family: Set<Int32>) -> Look {
        Self.sort(ProcessEntry.members(of: group) + entering, in: "/proc", family: family.union([first]))
    }

    /// The failure of a move that would lose them; `nil` when there are none.
    static func refusal(_ bystanders: [Bystander]) -> StepFailure? {
        guard !bystanders.isEmpty else { return nil }
        var named = bystanders.prefix(3).map { "'\($0.command)' (process \($0.number))" }.joined(separator: ", ")
        if bystanders.count > 3 { named += " and \(bystanders.count - 3) more" }
        let isOne = bystanders.count == 1
        return StepFailure(
            code: .dumpRefused,
            message: "\(named) \(isOne ? "was" : "were") started beside the container's first process, as "
                + "'docker exec' does, and would be lost in a move: end \(isOne ? "it" : "them") first")
    }

    /// Tools that are about to enter the container, and may not be in its control group yet.
    private var entering: [Int32] {
        guard hasOwnShim, let parent = ProcessEntry(first)?.parent, let shim = ProcessEntry(parent),
            shim.command.contains("containerd-shim")
        else { return [] }
        return shim.children
    }

    /// Tells descendants of a family from others.
    private static func sort(_ numbers: [Int32], in proc: String, family: Set<Int32>) -> Look {
        var look = Look(family: family)
        for number in numbers where !look.family.contains(number) {
            guard let process = ProcessEntry(number, in: proc), !process.hasEnded else { continue }
            var line = [process]
            while let last = line.last, !look.family.contains(last.parent),
                let parent = ProcessEntry(last.parent, in: proc)
            {
                line.append(parent)
            }
            if let last = line.last, look.family.contains(last.parent) {
                look.family.formUnion(line.map(\.number))
            } else if !look.bystanders.contains(where: { $0.number == number }) {
                look.bystanders.append(Bystander(number: number, command: process.command))
            }
        }
        return look
    }
}
