import FleetModel

/// Of which containers a sum is above its limit, and when to look at which container again.
///
/// A sum grows by no more than dS/dt = 1 − S/m, whoever comes and goes. So from one look follows until when nothing can be
/// above a limit that is not: moves in between cost nothing. Of those that are above, each event that may let a sum fall is
/// a reason to look.
struct SumWatch: Sendable {
    /// The limits of all policies that ever held, by number: they are few, and containers many.
    private var known: [ExposureLimits] = []
    private var numbers: [ExposureLimits: Int32] = [:]
    /// When a container is to be looked at, in milliseconds since 1970; before that nothing of it changes.
    private var looks = IndexedHeap<ContainerName, Int64>()
    /// The party beside which a container was for the longest of all that are above the limit.
    private(set) var groups: [ContainerName: Party] = [:]
    /// The containers that were beside strangers for longer than the limit, and by which.
    private var strangers: [ContainerName: Int32] = [:]
    /// How many these are, by the number of the limits.
    private var strangerCounts: [Int32: Int] = [:]

    // MARK: Limits

    mutating func number(of limits: ExposureLimits) -> Int32 {
        if let number = numbers[limits] { return number }
        let number = Int32(known.count)
        known.append(limits)
        numbers[limits] = number
        return number
    }

    func limits(_ number: Int32) -> ExposureLimits { known[Int(number)] }

    /// Of how many containers with these limits the sum beside strangers is above its limit.
    func strangerCount(of limits: ExposureLimits) -> Int { numbers[limits].flatMap { strangerCounts[$0] } ?? 0 }

    // MARK: When to look

    /// Looks at a container at an instant, or before it. Where a sum is waited for that rises, a move has it wait no shorter.
    mutating func look(at container: ContainerName, from time: Timestamp) {
        if let noted = looks[container], noted <= time.milliseconds { return }
        looks.set(container, to: time.milliseconds)
    }

    /// Something has ended of a container: if a sum of it is above its limit, it falls from now on.
    mutating func stirIfOver(_ container: ContainerName, at time: Timestamp) {
        guard groups[container] != nil || strangers[container] != nil else { return }
        look(at: container, from: time)
    }

    /// The next container to look at by then.
    mutating func next(until now: Timestamp) -> ContainerName? {
        guard let (container, time) = looks.first, time <= now.milliseconds else { return nil }
        looks.remove(container)
        return container
    }

    // MARK: What was found

    mutating func set(_ container: ContainerName, group: Party?, isOverStrangers: Bool, limits: Int32) {
        groups[container] = group
        if let former = strangers.removeValue(forKey: container) {
            let left = (strangerCounts[former] ?? 0) - 1
            strangerCounts[former] = left > 0 ? left : nil
        }
        guard isOverStrangers else { return }
        strangers[container] = limits
        strangerCounts[limits, default: 0] += 1
    }

    mutating func remove(_ container: ContainerName) {
        looks.remove(container)
        set(container, group: nil, isOverStrangers: false, limits: 0)
    }
}
