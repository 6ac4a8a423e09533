import FleetModel

extension Policy {
    /// Sets A so that t* is this many seconds for the threshold T. Worked out again, t* may be a rounding off: it is made
    /// one that is within the bounds if the seconds are.
    mutating func setLongestStay(seconds: Double, threshold: Double) {
        setDeadline(seconds: seconds, threshold: threshold)
        let longest = DwellBounds.longestSeconds
        guard (1...longest).contains(seconds) else { return }
        while deadlineSeconds(threshold: threshold) < 1 { assumedAttackSeconds = assumedAttackSeconds.nextUp }
        while deadlineSeconds(threshold: threshold) > longest { assumedAttackSeconds = assumedAttackSeconds.nextDown }
    }
}
