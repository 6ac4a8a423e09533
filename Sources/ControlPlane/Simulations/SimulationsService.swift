import AttackSimulation
import FleetAPI
import FleetCore
import FleetModel
import Logging
import Synchronization
import SystemSupport

/// Runs simulations, one after another, on a thread of its own and behind everything else on the machine: containers that
/// must move go first.
///
/// What came of them is held in memory and forgotten with the process. The same question with the same seed has the same
/// answer.
final class SimulationsService: Sendable {
    /// How many are remembered.
    static let kept = 20
    /// How many may wait.
    static let mostWaiting = 5

    private struct State {
        var simulations: [Int64: Simulation] = [:]
        var lastID: Int64 = 0
        var hasThread = false
        var waiters: [Int64: [AsyncStream<Never>.Continuation]] = [:]
    }

    private let state = Mutex(State())
    private let logger: Logger

    /// A service without simulations.
    init(logger: Logger) { self.logger = logger }

    /// All that are remembered, the newest first.
    var all: [Simulation] { state.withLock { $0.simulations.values.sorted { $0.id > $1.id } } }

    /// One of them.
    /// - Throws: `FleetError.notFound`.
    func simulation(_ id: Int64) throws(FleetError) -> Simulation {
        guard let found = state.withLock({ $0.simulations[id] }) else {
            throw .notFound(kind: "simulation", name: "\(id)")
        }
        return found
    }

    /// Takes one; it runs when those before it are over.
    /// - Throws: `FleetError.conflict` when too many wait.
    func add(_ run: ExperimentRun, _ kind: SimulationKind, by actor: String) throws(FleetError) -> Simulation {
        let now = Timestamp.now
        let taken: (Simulation, needsThread: Bool)? = state.withLock { state in
            let waiting = state.simulations.values.count(where: \.isWaiting)
            guard waiting < Self.mostWaiting else { return nil }
            // Numbers of an earlier process must not mean something else now.
            state.lastID = max(state.lastID + 1, now.milliseconds)
            let simulation = Simulation(
                id: state.lastID, kind: kind, run: run, createdAt: now, createdBy: actor)
            state.simulations[simulation.id] = simulation
            let over = state.simulations.values.filter(\.isOver).map(\.id).sorted()
            for id in over.prefix(max(0, state.simulations.count - Self.kept)) { state.simulations[id] = nil }
            defer { state.hasThread = true }
            return (simulation, !state.hasThread)
        }
        guard let taken else {
            throw .conflict("\(Self.mostWaiting) simulations wait already; cancel one of them, or wait for one to end")
        }
        if taken.needsThread { OwnThread.insist(named: "simulations") { [self] in work() } }
        return taken.0
    }

    /// Stops one that is not over yet.
    /// - Throws: `FleetError.notFound`.
    func cancel(_ id: Int64) throws(FleetError) -> Simulation {
        let simulation = try simulation(id)
        end(id, .cancelled)
        return (try? self.simulation(id)) ?? simulation
    }

    /// Stops one and forgets it.
    /// - Throws: `FleetError.notFound`.
    func remove(_ id: Int64) throws(FleetError) {
        _ = try cancel(id)
        state.withLock { $0.simulations[id] = nil }
    }

    /// Stops all of them.
    func stop() { for simulation in all where !simulation.isOver { end(simulation.id, .cancelled) } }

    /// Waits until one is over, or the limit is.
    func wait(for id: Int64, atMost limit: Duration) async {
        guard limit > .zero else { return }
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        let isOver = state.withLock { state in
            guard let simulation = state.simulations[id], !simulation.isOver else { return true }
            state.waiters[id, default: []].append(continuation)
            return false
        }
        if isOver { return }
        _ = await firstValue(within: limit) { () -> Bool? in
            for await _ in stream {}
            return true
        }
    }

    // MARK: The thread

    private func work() {
        while let simulation = next() {
            let id = simulation.id
            do {
                let result = try simulation.run.run(
                    isBackground: true, progress: { [self] finished, _ in note(finished, of: id) },
                    isCancelled: { [self] in (try? self.simulation(id))?.isOver ?? true })
                end(id, .completed(result))
            } catch SimulationError.cancelled {
                end(id, .cancelled)
            } catch {
                logger.error("simulation failed", metadata: ["simulation": "\(id)", "error": "\(error)"])
                end(id, .failed("\(error)"))
            }
        }
    }

    private func next() -> Simulation? {
        state.withLock { state in
            guard var next = state.simulations.values.filter(\.isWaiting).min(by: { $0.id < $1.id }) else {
                state.hasThread = false
                return nil
            }
            next.state = .running
            next.startedAt = .now
            state.simulations[next.id] = next
            return next
        }
    }

    private func note(_ finished: Int, of id: Int64) {
        state.withLock { state in
            guard let known = state.simulations[id]?.finishedRuns, finished > known else { return }
            state.simulations[id]?.finishedRuns = finished
        }
    }

    private func end(_ id: Int64, _ end: Simulation.State) {
        let waiters = state.withLock { state in
            if let simulation = state.simulations[id], !simulation.isOver {
                state.simulations[id]?.state = end
                state.simulations[id]?.endedAt = .now
            }
            return state.waiters.removeValue(forKey: id) ?? []
        }
        for waiter in waiters { waiter.finish() }
    }
}
