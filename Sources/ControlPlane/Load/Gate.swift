import DequeModule
import Synchronization

/// Why a request was turned away: too many of its kind wait already. Nothing was done.
struct Overload: Error, Equatable, CustomStringConvertible {
    /// What there is too much of, such as `1000 requests for changes wait`.
    let description: String
}

/// Lets few through at the same time. The others stand in line, in the order in which they came, and who would make the line
/// too long is turned away: he can try again, and what is done for those inside goes on undisturbed.
final class Gate: Sendable {
    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var inside = 0
        var line: Deque<Waiter> = []
        var lastID: UInt64 = 0
    }

    private let what: String
    private let width: Int
    private let most: Int
    private let state = Mutex(State())

    /// A gate.
    /// - Parameters:
    ///   - what: those who pass, in words.
    ///   - width: how many are inside at the same time.
    ///   - most: how many stand in line.
    init(for what: String, width: Int, mostWaiting most: Int) {
        self.what = what
        self.width = width
        self.most = most
    }

    /// How many are inside.
    var insideCount: Int { state.withLock { $0.inside } }

    /// How many stand in line.
    var waitingCount: Int { state.withLock { $0.line.count } }

    /// Does something inside.
    /// - Throws: `Overload` when the line is full, `CancellationError` to whom is cancelled in the line, and what the body
    ///   throws.
    func pass<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        try await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<Void, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    guard state.inside >= width else {
                        state.inside += 1
                        return .success(())
                    }
                    guard state.line.count < most else {
                        return .failure(Overload(description: "\(most) \(what) wait already"))
                    }
                    state.line.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.line.firstIndex { $0.id == id }.map { state.line.remove(at: $0) }
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    private func leave() {
        let next = state.withLock { state -> Waiter? in
            guard let next = state.line.popFirst() else {
                state.inside -= 1
                return nil
            }
            return next
        }
        next?.continuation.resume()
    }
}
