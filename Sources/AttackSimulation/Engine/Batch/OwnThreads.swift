import Glibc

/// Threads for work that takes long and never waits. Swift's cooperative threads are few and shared: such work would keep
/// them from everything else.
enum OwnThreads {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Does something on so many threads at once, and waits until all have ended. Where the machine gives no more threads it
    /// is done on fewer, and on the calling one if there is none.
    static func run(_ count: Int, _ body: @escaping @Sendable () -> Void) {
        let work = Work(body)
        var threads: [pthread_t] = []
        for _ in 0..<count {
            var thread = pthread_t()
            let argument = Unmanaged.passRetained(work)
            if pthread_create(&thread, nil, start, argument.toOpaque()) == 0 {
                threads.append(thread)
            } else {
                argument.release()
            }
        }
        if threads.isEmpty { body() }
        for thread in threads { pthread_join(thread, nil) }
    }

    private static let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }
}
