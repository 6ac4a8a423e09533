import FleetModel

/// When the clock has to look at a container.
package struct Due: Sendable, Hashable, Comparable {
    /// The time.
    package var at: Timestamp
    /// The container.
    package var container: ContainerName

    /// A time for a container.
    package init(at: Timestamp, container: ContainerName) {
        self.at = at
        self.container = container
    }

    /// Earlier, or at the same time and before it by name.
    package static func < (left: Self, right: Self) -> Bool {
        (left.at, left.container) < (right.at, right.container)
    }
}

/// What the clock does with the containers that are due: each is handed over once, and again after a while if it still is.
package struct DueWatch: Sendable {
    /// After how many seconds what could not be done is tried again.
    package static let secondsToSecondLook = 5.0

    /// Those that were handed over, and when they may be again.
    private var handed: [ContainerName: Timestamp] = [:]
    private var ends: [Due] = []
    private var firstEnd = 0

    /// Nobody was handed over yet.
    package init() {}

    /// How many are remembered.
    package var handedCount: Int { handed.count }

    /// Looks at the fleet. Costs what is due, and not what will be.
    /// - Returns: the containers that are to be moved now, the longest overdue first, and when to look again unless something
    ///   happens before; `nil` for never.
    package mutating func look(at state: FleetState, _ now: Timestamp) -> (due: [ContainerName], next: Timestamp?) {
        forget(before: now)
        guard !state.isPaused else { return ([], nil) }
        var due: [ContainerName] = []
        var next: Timestamp?
        for entry in state.dues {
            guard entry.at <= now else {
                next = entry.at
                break
            }
            if handed[entry.container] == nil { due.append(entry.container) }
        }
        let end = now.advanced(bySeconds: Self.secondsToSecondLook)
        for container in due {
            handed[container] = end
            ends.append(Due(at: end, container: container))
        }
        let again = firstEnd < ends.count ? ends[firstEnd].at : nil
        return (due, [next, again].compactMap(\.self).min())
    }

    private mutating func forget(before now: Timestamp) {
        while firstEnd < ends.count, ends[firstEnd].at <= now {
            handed[ends[firstEnd].container] = nil
            firstEnd += 1
        }
        // What is over is cleared out when it is the greater part, which costs each a constant on average.
        guard firstEnd > ends.count / 2 else { return }
        ends.removeFirst(firstEnd)
        firstEnd = 0
    }
}
