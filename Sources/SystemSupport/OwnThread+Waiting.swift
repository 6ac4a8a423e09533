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
    let result = Mutex<Result<Value, Failure>?>(nil)
    let hasEnded = DispatchSemaphore(value: 0)
    OwnThread.insist(named: "work", takesSignals: true) {
        let outcome = Result(catching: body)
        result.withLock { $0 = outcome }
        hasEnded.signal()
    }
    while true {
        hasEnded.wait()
        if let outcome = result.withLock({ $0 }) { return try outcome.get() }
    }
}
