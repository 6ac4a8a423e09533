import CLinux
import FleetModel
import Glibc

/// An open file, closed when nobody refers to it any more.
final class OwnedDescriptor: Sendable {
    /// The descriptor's number, valid as long as this object lives.
    let number: Int32

    /// Takes over an open descriptor.
    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// A pipe, closed on exec.
    static func pipe() throws(StepFailure) -> (read: OwnedDescriptor, write: OwnedDescriptor) {
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw StepFailure("make a pipe", errno: errno) }
        return (OwnedDescriptor(ends[0]), OwnedDescriptor(ends[1]))
    }

    /// A pair of sockets that keep messages apart, closed on exec.
    static func messageSockets() throws(StepFailure) -> (OwnedDescriptor, OwnedDescriptor) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_SEQPACKET.rawValue) | linux_close_on_exec
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw StepFailure("make a socket pair", errno: errno) }
        return (OwnedDescriptor(ends[0]), OwnedDescriptor(ends[1]))
    }

    /// Opens a file, closed on exec.
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(StepFailure) -> OwnedDescriptor {
        let number = Glibc.open(path, flags | O_CLOEXEC, mode)
        guard number >= 0 else { throw StepFailure("open \(path)", errno: errno) }
        return OwnedDescriptor(number)
    }

    /// The inode of what is open, by which the kernel names a pipe.
    func inode() throws(StepFailure) -> UInt64 {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw StepFailure("look at a descriptor", errno: errno) }
        return UInt64(status.st_ino)
    }

    /// Waits until there is something to read, or the other side has gone; `false` when the time is over.
    func isReadable(within limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        while true {
            let left = max(.zero, deadline - .now)
            var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
            let milliseconds = Int32(clamping: Int(left / .milliseconds(1)) + (left > .zero ? 1 : 0))
            let count = poll(&entry, 1, milliseconds)
            if count > 0 { return true }
            if count == 0, ContinuousClock.now >= deadline { return false }
            if count < 0, errno != EINTR { return false }
        }
    }
}
