import Dispatch

/// A thread that may wait for the disk, unlike those on which tasks run, of which there are few for everybody.
enum DiskQueue {
    private static let queue = DispatchQueue(label: "disk")

    /// Does something there.
    static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
