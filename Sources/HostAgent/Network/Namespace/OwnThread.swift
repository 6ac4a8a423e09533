import Dispatch
import Glibc
import Synchronization

/// Runs blocking work, or work that changes the thread it runs on, on a thread of its own which ends with it.
///
/// Swift's cooperative threads are few and shared: one that waits for the kernel holds up a container's pause, and one
/// that has entered a namespace would leave unrelated tasks in it.
package func onOwnThread<Value: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
    let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
        ThreadWork { continuation.resume(returning: Result(catching: body)) }.start()
    }
    return try result.get()
}

/// The same for callers that may block: they wait for the thread.
package func awaitingOwnThread<Value: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Value
) throws(Failure) -> Value {
    let result = Mutex<Result<Value, Failure>?>(nil)
    let hasEnded = DispatchSemaphore(value: 0)
    ThreadWork {
        let outcome = Result(catching: body)
        result.withLock { $0 = outcome }
        hasEnded.signal()
    }.start()
    while true {
        hasEnded.wait()
        if let outcome = result.withLock({ $0 }) { return try outcome.get() }
    }
}

private final class ThreadWork: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    func start() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self)
        // A machine at its limit of threads has one again when others have ended; the work must not be lost.
        while pthread_create(&thread, &attributes, runThreadWork, argument.toOpaque()) != 0 { usleep(10_000) }
        pthread_attr_destroy(&attributes)
    }
}

private func runThreadWork(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<ThreadWork>.fromOpaque(argument).takeRetainedValue().body()
    return nil
}
