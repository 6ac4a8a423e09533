import Synchronization

/// Counts from 1.
final class Counter: Sendable {
    private let count = Mutex(0)

    /// How far it has come.
    var value: Int { count.withLock { $0 } }

    /// The next number.
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
