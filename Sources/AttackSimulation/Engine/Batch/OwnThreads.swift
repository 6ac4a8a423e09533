import Dispatch
import SystemSupport

/// Threads for work that takes long and never waits. Swift's cooperative threads are few and shared: such work would keep
/// them from everything else.
enum OwnThreads {
    /// Does something on so many threads at once, and waits until all have come to its end. Where the machine gives no more
    /// threads it is done on fewer, and on the calling one if there is none.
    static func run(_ count: Int, _ body: @escaping @Sendable () -> Void) {
        let running = DispatchGroup()
        var started = 0
        for _ in 0..<count {
            running.enter()
            do {
                try OwnThread.start(named: "simulation") {
                    body()
                    running.leave()
                }
                started += 1
            } catch {
                running.leave()
            }
        }
        if started == 0 { body() }
        running.wait()
    }
}
