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
