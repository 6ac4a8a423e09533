import Synchronization

/// A task that waits until a connection takes more bytes.
struct WriteWaiter: Sendable {
    private static let counter = Atomic<UInt64>(0)

    let identity: UInt64
    let continuation: CheckedContinuation<Void, any Error>

    static func nextIdentity() -> UInt64 {
        counter.wrappingAdd(1, ordering: .relaxed).newValue
    }
}

/// All that wait on one connection or stream.
struct WriteWaiters: Sendable {
    private var waiters: [WriteWaiter] = []

    var isEmpty: Bool { waiters.isEmpty }

    mutating func append(_ waiter: WriteWaiter) {
        waiters.append(waiter)
    }

    mutating func takeAll() -> [CheckedContinuation<Void, any Error>] {
        defer { waiters = [] }
        return waiters.map(\.continuation)
    }

    mutating func take(_ identity: UInt64) -> CheckedContinuation<Void, any Error>? {
        guard let index = waiters.firstIndex(where: { $0.identity == identity }) else { return nil }
        return waiters.remove(at: index).continuation
    }
}
