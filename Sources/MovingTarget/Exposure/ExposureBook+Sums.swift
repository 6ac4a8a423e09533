import FleetModel

// Sums of time beside others, and which of them are above their limits

extension ExposureBook {
    /// Finds out which sums are above their limits by then.
    ///
    /// Costs what has changed since the last time, and not what there is.
    public mutating func updateSums(at now: Timestamp) {
        while let container = sumWatch.next(until: now) { examine(container, at: now) }
    }

    /// The containers that have been beside one party for longer in sum than they may, and beside which, as of the last
    /// `updateSums`.
    public var overGroupLimit: [ContainerName: Party] { sumWatch.groups }

    /// Of how many containers that are judged like this the sum beside strangers is above its limit, as of the last
    /// `updateSums`.
    public func overStrangersLimit(_ limits: ExposureLimits) -> Int { sumWatch.strangerCount(of: limits) }

    /// Sums of a container that is on a host now may come to a limit.
    mutating func expectSums(of container: ContainerName, _ exposed: Exposed, from time: Timestamp) {
        let limits = sumWatch.limits(exposed.limits)
        let window = limits.windowSeconds
        let rises = [
            limits.groupSeconds.map { limits.rise(from: exposed.sums.largest.value(at: time, memory: window), to: $0) },
            limits.strangersSeconds.map {
                limits.rise(from: exposed.sums.anybody.value(at: time, memory: window), to: $0)
            },
        ]
        guard let next = rises.compactMap(\.self).min() else { return }
        sumWatch.look(at: container, from: time.advanced(bySeconds: next))
    }

    /// Says of a container which of its sums are above their limits, and when that may change.
    private mutating func examine(_ container: ContainerName, at now: Timestamp) {
        guard let exposed = containers[container] else { return }
        let limits = sumWatch.limits(exposed.limits)
        let isSomewhere = exposed.stay != nil
        var nexts: [Double] = []
        func note(_ sum: Double, _ limit: Double, grows: Bool) {
            if sum < limit {
                if isSomewhere { nexts.append(limits.rise(from: sum, to: limit)) }
            } else if !grows {
                nexts.append(limits.fall(from: sum, to: limit))
            }
        }
        var worst: Party?
        if let limit = limits.groupSeconds {
            let sums = sums(of: exposed, current(of: container), at: now)
            worst = sums.first.flatMap { $0.seconds >= limit ? $0.stranger : nil }
            for sum in sums { note(sum.seconds, limit, grows: sum.isBeside) }
            // Somebody may come who was not there before.
            note(0, limit, grows: false)
        }
        var isOverStrangers = false
        if let limit = limits.strangersSeconds {
            let sum = strangersSum(of: exposed, at: now)
            isOverStrangers = sum >= limit
            note(sum, limit, grows: exposed.stay.flatMap { hosts[$0.host]?.isShared } ?? false)
        }
        sumWatch.set(container, group: worst, isOverStrangers: isOverStrangers, limits: exposed.limits)
        guard let next = nexts.min() else { return }
        // An instant that lies between two milliseconds is looked at after it.
        let milliseconds = (min(next, 1e9) * 1000).rounded(.up)
        sumWatch.look(at: container, from: Timestamp(milliseconds: now.milliseconds + max(1, Int64(milliseconds))))
    }

    /// For how long a container was beside each party, fading, the longest first.
    func sums(of exposed: Exposed, _ current: [CoResidence], at now: Timestamp) -> [ContainerExposure.Sum] {
        let window = sumWatch.limits(exposed.limits).windowSeconds
        var sums = exposed.sums.parties.mapValues {
            ContainerExposure.Sum(stranger: exposed.party, seconds: $0.value(at: now, memory: window), isBeside: false)
        }
        for co in current {
            let seconds = FadingSum.contribution(of: co.milliseconds(at: now), memory: window)
            sums[co.stranger, default: .init(stranger: co.stranger, seconds: 0, isBeside: true)].seconds += seconds
            sums[co.stranger]?.isBeside = true
        }
        return sums.map { .init(stranger: $0, seconds: $1.seconds, isBeside: $1.isBeside) }
            .sorted { ($1.seconds, $0.stranger) < ($0.seconds, $1.stranger) }
    }

    /// For how long a container was beside anybody, fading.
    func strangersSum(of exposed: Exposed, at now: Timestamp) -> Double {
        let window = sumWatch.limits(exposed.limits).windowSeconds
        var sum = exposed.sums.anybody.value(at: now, memory: window)
        if let stay = exposed.stay, let since = hosts[stay.host]?.sharedSince {
            let milliseconds = max(stay.arrivedAt, since).milliseconds(to: now)
            sum += FadingSum.contribution(of: milliseconds, memory: window)
        }
        return sum
    }
}
