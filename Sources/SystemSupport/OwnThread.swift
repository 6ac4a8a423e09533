import CLinux
import Glibc

/// Threads for work that blocks, that takes long, or that changes the thread it runs on.
///
/// Swift's cooperative threads are few and shared: one that waits for the kernel holds up a container's pause, and one
/// that has entered a namespace would leave unrelated tasks in it. A thread of one's own ends with its work.
public enum OwnThread {
    /// Starts one.
    /// - Parameters:
    ///   - name: how it is told apart from others, in at most 15 bytes.
    ///   - takesSignals: whether signals that are meant for the process may interrupt it. A program that is started on a thread
    ///     that takes none takes none either, as long as it does not ask for them.
    public static func start(
        named name: String, takesSignals: Bool = false, _ work: @escaping @Sendable () -> Void
    ) throws(SystemCallError) {
        var blocked = sigset_t()
        var before = sigset_t()
        if takesSignals { sigemptyset(&blocked) } else { sigfillset(&blocked) }
        pthread_sigmask(SIG_BLOCK, &blocked, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

        let argument = Unmanaged.passRetained(Work(name: name, body: work))
        var thread = pthread_t()
        let refusal = pthread_create(&thread, nil, runOwnThread, argument.toOpaque())
        guard refusal == 0 else {
            argument.release()
            throw SystemCallError("start a thread", number: refusal)
        }
        pthread_detach(thread)
    }

    /// The same for work that must not be lost: a machine at its limit of threads has one again when others have ended.
    public static func insist(
        named name: String, takesSignals: Bool = false, _ work: @escaping @Sendable () -> Void
    ) {
        // That is the only way in which it can fail.
        while (try? start(named: name, takesSignals: takesSignals, work)) == nil { usleep(10_000) }
    }

    fileprivate final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}

private func runOwnThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let work = Unmanaged<OwnThread.Work>.fromOpaque(argument).takeRetainedValue()
    pthread_setname_np(pthread_self(), work.name)
    work.body()
    return nil
}
