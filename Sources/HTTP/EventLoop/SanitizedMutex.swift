#if THREAD_SANITIZER
    import Glibc

    /// Stands in for `Synchronization.Mutex` where the thread sanitizer watches (`scripts/sanitize`). It cannot see that lock
    /// once two threads contend for it, because the kernel passes it on, and takes all that it guards for races.
    final class Mutex<Value>: @unchecked Sendable {
        // Sound: the value is only reached while the lock is held, and neither pointer changes.
        private let lock: UnsafeMutablePointer<pthread_mutex_t>
        private let value: UnsafeMutablePointer<Value>

        init(_ initial: consuming sending Value) {
            lock = .allocate(capacity: 1)
            pthread_mutex_init(lock, nil)
            value = .allocate(capacity: 1)
            value.initialize(to: initial)
        }

        deinit {
            value.deinitialize(count: 1)
            value.deallocate()
            pthread_mutex_destroy(lock)
            lock.deallocate()
        }

        func withLock<Result, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            pthread_mutex_lock(lock)
            defer { pthread_mutex_unlock(lock) }
            return try body(&value.pointee)
        }
    }
#endif
