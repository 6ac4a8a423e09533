import CLinux

/// What a socket has become able to do.
struct Readiness: OptionSet, Sendable {
    let rawValue: UInt32

    static let readable = Readiness(rawValue: linux_epoll_in)
    static let writable = Readiness(rawValue: linux_epoll_out)
    /// The peer has shut down its sending side. Bytes it sent before may still wait to be read.
    static let peerClosed = Readiness(rawValue: linux_epoll_peer_closed)
    /// The connection is gone in both directions.
    static let broken = Readiness(rawValue: linux_epoll_hangup | linux_epoll_error)
}

/// Something that an event loop tells about its socket and its timer. Both are called on the loop's thread.
protocol EventHandler: AnyObject, Sendable {
    func ready(_ readiness: Readiness)
    func timerFired(now: MonotonicTime)
}
