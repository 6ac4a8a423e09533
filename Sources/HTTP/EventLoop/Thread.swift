import SystemSupport

/// Starts a detached thread.
func startThread(name: String, _ body: @escaping @Sendable () -> Void) throws {
    do {
        try OwnThread.start(named: name, body)
    } catch {
        throw HTTPError.system("starting a thread", errno: error.number)
    }
}
