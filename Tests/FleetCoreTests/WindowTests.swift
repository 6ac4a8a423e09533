import FleetModel
import RelocateTesting
import Testing

@testable import FleetCore

/// A control plane that writes down what it does in the window behind its acts, and is ended at any moment; and agents that
/// answer under the same id what they answered before, or not at all.
private struct Crashes {
    enum Truth: Equatable { case nothing, held, running }

    private var generator: SeededGenerator
    /// How the container stands at its source and its destination.
    private(set) var source = Truth.running
    private(set) var destination = Truth.nothing
    private(set) var crashes = 0
    /// What was never to happen.
    private(set) var harm: [String] = []
    private var journal: [String: Bool] = [:]
    private var written: [Step] = []
    private var asked = 0

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// Runs a relocation to its end, through any number of crashes.
    mutating func run(host: HostName) -> RelocationState? {
        for _ in 0..<40 {
            if let end = runUntilCrash(host: host) { return end }
            crashes += 1
        }
        return nil
    }

    private mutating func runUntilCrash(host: HostName) -> RelocationState? {
        var steps = written
        let mayBeBehind = crashes > 0 && RelocationCourse.mayBeBehind(written)
        while true {
            // What is behind is written at some time, in order.
            if !happens(2) { written = steps }
            switch RelocationCourse.next(after: steps, cancelled: false, parting: false) {
            case .end(let state, _): return state
            case .wait(let open):
                for step in open where !ask(step, in: &steps, untilAnswered: mayBeBehind) { return nil }
            case .send(let intents):
                let isGood = steps.allSatisfy { $0.state == .succeeded }
                for intent in intents {
                    steps.append(
                        Step(
                            kind: intent.kind, host: host, attempt: intent.attempt,
                            startedAt: Timestamp(milliseconds: 0)))
                }
                if !(isGood && RelocationCourse.isInWindow(intents)) { written = steps }
                if mayCrash { return nil }
                for step in steps.suffix(intents.count) where !ask(step, in: &steps, untilAnswered: mayBeBehind) {
                    return nil
                }
            }
            if mayCrash { return nil }
        }
    }

    /// - Returns: whether the control plane still lives.
    private mutating func ask(_ step: Step, in steps: inout [Step], untilAnswered: Bool) -> Bool {
        while true {
            asked += 1
            let isLost = asked < 60 && happens(4)
            let isDelivered = !isLost || happens(2)
            let success = isDelivered && carryOut(step)
            if isLost, untilAnswered, step.kind.rule.isAskedUntilAnswered {
                if mayCrash { return false }
                continue
            }
            guard let index = steps.lastIndex(where: { $0.kind == step.kind && $0.attempt == step.attempt }) else {
                return true
            }
            steps[index].state = isLost ? .lost : success ? .succeeded : .failed
            if steps[index].state == .failed {
                steps[index].failure = StepFailure(code: .interrupted, message: "\(step.kind) failed")
            }
            return true
        }
    }

    /// What an agent does that an order reaches.
    private mutating func carryOut(_ step: Step) -> Bool {
        let id = "\(step.kind)-\(step.attempt)"
        if let answer = journal[id] { return answer }
        let answer = perform(step.kind)
        journal[id] = answer
        return answer
    }

    private mutating func perform(_ kind: StepKind) -> Bool {
        let fails = asked < 60 && happens(8)
        switch kind {
        case .checkpoint:
            if fails { return false }
            source = .held
        case .restore:
            if fails || source != .held { return false }
            if destination == .nothing { destination = .held }
        case .release:
            if destination == .running { return true }
            if fails || destination == .nothing { return false }
            if source == .running { harm.append("released while the source runs") }
            destination = .running
        case .revive:
            if destination == .running { harm.append("revived while the destination runs") }
            source = .running
        case .abandon:
            if destination == .running { harm.append("a running container was abandoned") }
            destination = .nothing
        case .retire:
            if source == .running { harm.append("a running container was retired") }
            source = .nothing
        default: return !fails
        }
        return true
    }

    private var mayCrash: Bool { mutating get { crashes < 5 && happens(6) } }

    private mutating func happens(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &generator) == 0 }
}

@Suite("A control plane whose record is behind what it did")
struct WindowTests {
    @Test(
        "ends the move from the record, however often it is ended; two copies never run, and one does",
        arguments: 0..<40)
    func crashes(block: UInt64) throws {
        let host = try HostName("host1")
        for seed in block * 100..<(block + 1) * 100 {
            var play = Crashes(seed: seed)
            let end = play.run(host: host)
            #expect(end != nil, "seed \(seed)")
            #expect(play.harm.isEmpty, "seed \(seed)")
            let runs = [play.source, play.destination].filter { $0 == .running }.count
            #expect(runs == 1, "seed \(seed): \(String(describing: end)), \(play.source), \(play.destination)")
        }
    }
}
