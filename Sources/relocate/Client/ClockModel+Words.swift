import FleetModel

extension Policy {
    /// When its clock ends a stay, in words.
    var clockWords: String {
        switch clock {
        case .deadline(let threshold): "every stay lasts \(span(threshold))"
        case .jittered(let threshold): "a stay ends at an unpredictable moment within \(span(threshold))"
        case .exponential:
            "a stay ends at an unpredictable moment, after \(Units.span(seconds: assumedAttackSeconds.rounded())) "
                + "on average"
        case .cappedExponential(let threshold):
            "a stay ends at an unpredictable moment, after \(span(threshold)) at the latest"
        case .poissonTick(let tick):
            "every \(Units.plain(tick.tickSeconds)) s the Poisson probability of \(tick.reading.words) is compared "
                + "with the threshold"
        case .periodic(let seconds, let jitter):
            "every stay lasts \(Units.span(seconds: seconds.rounded()))"
                + (jitter > 0 ? ", less a random part of up to \(Units.percent(jitter))" : "")
        case .static: "containers stay where they are"
        }
    }

    private func span(_ threshold: Double) -> String {
        Units.span(seconds: deadlineSeconds(threshold: threshold).rounded())
    }
}

extension PoissonTick.Reading {
    fileprivate var words: String {
        switch self {
        case .count: "the number of ticks since the arrival"
        case .draw: "a number drawn each time"
        }
    }
}

extension ClockModel {
    /// What it is set by, by name.
    var parameters: [(name: String, value: String)] {
        switch self {
        case .deadline(let threshold), .jittered(let threshold), .cappedExponential(let threshold):
            [("threshold T", Units.plain(threshold))]
        case .poissonTick(let tick):
            [
                ("threshold T", Units.plain(tick.threshold)), ("mean", Units.plain(tick.mean)),
                ("tick", "\(Units.plain(tick.tickSeconds)) s"), ("reading", tick.reading.rawValue),
            ]
        case .periodic(let seconds, let jitter):
            [("period", "\(Units.plain(seconds)) s"), ("jitter", Units.plain(jitter))]
        case .exponential, .static: []
        }
    }
}
