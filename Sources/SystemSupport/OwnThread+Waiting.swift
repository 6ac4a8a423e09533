import Dispatch
import Synchronization

/// Does something on a thread of its own, and waits for it without holding up any other. It may start programs: they take the
/// signals that are sent to them.
public func onOwnThread<Value: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
    let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
        OwnThread.insist(named: "work", takesSignals: true) { continuation.resume(returning: Result(catching: body)) }
    }
    return try result.get()
}

/// The same for callers that may block: they wait for the thread.
public func awaitingOwnThread<Value: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Value
) throws(Failure) -> Value {
    try OwnThreadWork(body).wait()
}

/// Something that is being done on a thread of its own, while the caller does something else.
public struct OwnThreadWork<Value: Sendable, Failure: Error>: Sendable {
    private final class Outcome: Sendable {
        let result = Mutex<Result<Value, Failure>?>(nil)
    }

    private let outcome = Outcome()
    private let hasEnded = DispatchSemaphore(value: 0)

    /// Begins it.
    public init(_ body: @escaping @Sendable () throws(Failure) -> Value) {
        OwnThread.insist(named: "work", takesSignals: true) { [outcome, hasEnded] in
            let result = Result(catching: body)
            outcome.result.withLock { $0 = result }
            hasEnded.signal()
        }
    }

    /// Waits for its end; blocks. What has come of it can be asked for again.
    public func wait() throws(Failure) -> Value {
        while true {
            if let result = outcome.result.withLock({ $0 }) { return try result.get() }
            hasEnded.wait()
        }
    }
}
