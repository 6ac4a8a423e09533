import Glibc

/// How far the attack on the container has come.
///
/// It is told when an attacker begins to be beside the container and when that ends, and says when the attack finishes if it
/// goes on for as long. Times are seconds from the beginning of the run.
///
/// - `strict`: each time beside the container takes a new time A.
/// - `collusive`: A is drawn for an uninterrupted row of stays with an attacker, and the seconds beside the container in them
///   add up. A gap between stays is no interruption, a whole stay without an attacker is one.
/// - `accumulating`: A is drawn once, and all seconds add up.
/// - `learning`: A is drawn once, and so is the attribute that the attack is about; seconds add up for each of its values.
///
/// After a success the attack begins anew, with a new A, the next time that an attacker comes beside the container; a
/// `collusive` one only after a stay without an attacker, since the row is one time beside attackers.
struct Attack {
    private let duration: AttackDuration
    private let memory: AttackMemory
    private let attributes: CommonAttributes?
    /// A.
    private var needed = 0.0
    /// The seconds so far: one figure, or one for each value of the attribute.
    private var spent: [Double] = [0]
    private var attribute: Int?
    private var beginsAnew = true
    private var isOver = false
    private var key = 0
    private var since = 0.0

    init(_ scenario: Scenario, in world: World) {
        duration = scenario.attack
        memory = scenario.memory
        attributes = scenario.memory == .learning ? world.attributes : nil
        if attributes != nil { spent = Array(repeating: 0, count: world.count) }
    }

    /// A run begins.
    mutating func begin(using generator: inout Xoshiro256) {
        beginsAnew = true
        isOver = false
        attribute = attributes?.draw(using: &generator)
    }

    /// An attacker is beside the container from now on.
    /// - Returns: when the attack finishes; `nil` when none is made.
    @inline(__always)
    mutating func start(
        at seconds: Double, on host: Int, isReused: Bool, using generator: inout Xoshiro256
    ) -> Double? {
        guard !isOver else { return nil }
        if beginsAnew {
            needed = duration.draw(using: &generator)
            if memory != .strict {
                for value in spent.indices { spent[value] = 0 }
                beginsAnew = false
            }
        }
        since = seconds
        if isReused { return seconds }
        guard memory != .strict else { return seconds + needed }
        if let attributes, let attribute { key = Int(attributes.values[attribute][host]) }
        return seconds + max(0, needed - spent[key])
    }

    /// The attack has finished.
    @inline(__always)
    mutating func succeed() {
        beginsAnew = true
        isOver = memory == .collusive
    }

    /// The attacker is not beside the container any more, and the attack that was under way has not finished.
    @inline(__always)
    mutating func stop(at seconds: Double) {
        if memory != .strict { spent[key] += seconds - since }
    }

    /// A stay has ended.
    @inline(__always)
    mutating func endStay(hadAttacker: Bool) {
        guard !hadAttacker, memory == .collusive else { return }
        beginsAnew = true
        isOver = false
    }
}

extension AttackDuration {
    /// Draws how long an attack takes; infinite when none ever finishes.
    @inline(__always)
    func draw(using generator: inout Xoshiro256) -> Double {
        switch self {
        case .fixed(let seconds): seconds
        case .gamma(let shape, let mean):
            shape == 1 ? generator.exponential(mean: mean) : generator.gamma(shape: shape) * mean / shape
        case .logUniform(let from, let to): from * exp(generator.uniform() * log(to / from))
        case .lognormal(let median, let deviation): median * exp(deviation * generator.normal())
        case .never: .infinity
        }
    }
}
