import FleetModel

/// What an operator should know of a policy that is accepted all the same.
struct DwellWarnings {
    let policy: Policy
    let clock: RelocationClock
    let downtimeShare: Double

    private var attack: Double { policy.assumedAttackSeconds }

    /// All that applies, in words.
    var all: [String] {
        guard let law = clock.law, let mean = clock.meanSeconds else {
            return ["The clock never fires: containers stay where they are, and an attack has all the time it wants."]
        }
        return [
            held(law), exceedable, atLeastAttack, worstZone(mean), predictable(law), mostlyShortest(law), costly,
        ].compactMap(\.self)
    }

    /// The bound is all that makes the stay.
    private func held(_ law: StayLaw) -> String? {
        guard law.upper < clock.least else { return nil }
        let own = law.upper == 0 ? "would move containers at once" : "ends stays after \(law.upper.secondsInWords)"
        return "The clock \(own); only the shortest stay allowed, \(clock.least.secondsInWords), holds them."
    }

    /// Some stays last as long as an attack.
    private var exceedable: String? {
        let chance = clock.perStaySuccess(fixedAttack: attack)
        guard attack > clock.minimumSeconds, chance > 0 else { return nil }
        let bound =
            clock.maximumSeconds.map { "A stay can last up to \($0.secondsInWords)" } ?? "The clock has no bound"
        let advice = clock.maximumSeconds == nil ? " A longest stay (dwell.maxSeconds) would give it one." : ""
        return "\(bound); a stay reaches the assumed attack time of \(attack.secondsInWords) with probability "
            + "\(chance.percentInWords)." + advice
    }

    /// All stays last as long as an attack.
    private var atLeastAttack: String? {
        guard attack <= clock.minimumSeconds else { return nil }
        return "The assumed attack time of \(attack.secondsInWords) is no longer than the shortest stay, "
            + "\(clock.minimumSeconds.secondsInWords): an attack that takes that long succeeds in every stay beside its "
            + "victim."
    }

    /// Section 2.3, item 5: attacks of about the same length each time fare best against stays of about that length.
    private func worstZone(_ mean: Double) -> String? {
        guard mean >= attack / 2, mean <= 2 * attack else { return nil }
        return "The mean stay of \(mean.secondsInWords) is between half and twice the assumed attack time of "
            + "\(attack.secondsInWords). Against attackers who wait on hosts, and whose attacks do not always take equally "
            + "long, that can be worse than moving ten times more rarely: each move brings a fresh chance to meet one, "
            + "and stays are long enough for it. A rule of thumb is a longest stay of a quarter of the attack time, or "
            + "a mean of an eighth where stays have no bound."
    }

    private func predictable(_ law: StayLaw) -> String? {
        guard clock.isPredictable else { return nil }
        let cause = law.lower == law.upper ? "" : " (the bounds leave one length only)"
        return "Every stay lasts \(clock.minimumSeconds.secondsInWords)\(cause): whoever has seen two moves knows when "
            + "all later ones are."
    }

    private func mostlyShortest(_ law: StayLaw) -> String? {
        guard !clock.isPredictable, clock.survival(clock.least) < 0.5, law.lower < clock.least else { return nil }
        let share = 1 - clock.survival(clock.least)
        return "\(share.percentInWords) of the stays have exactly the shortest length allowed, "
            + "\(clock.least.secondsInWords)."
    }

    private var costly: String? {
        guard downtimeShare > 0.05 else { return nil }
        return "Containers are paused for \(downtimeShare.percentInWords) of the time."
    }
}
