import CLinux
import FleetModel
import Glibc
import Synchronization

/// A process under watch: whether it still runs costs one system call and can be waited for.
final class WatchedProcess: Sendable {
    /// Which process.
    let identity: ProcessIdentity
    private let pidfd: OwnedDescriptor
    /// With what it has ended, when that was found out.
    private let end = Mutex<ProcessExit?>(nil)

    /// Watches a process; `nil` when it has ended.
    init?(_ identity: ProcessIdentity) {
        let number = linux_pidfd_open(identity.pid)
        guard number >= 0 else { return nil }
        pidfd = OwnedDescriptor(number)
        self.identity = identity
        // Only now: the descriptor cannot change hands any more.
        guard ProcessIdentity(pid: identity.pid) == identity, runs else { return nil }
    }

    /// Whether it has not ended.
    var runs: Bool { !pidfd.isReadable(within: .zero) }

    /// With what it has ended; `nil` while it runs, for a moment after, and where the kernel does not tell.
    var exitStatus: ProcessExit? {
        end.withLock { end in
            if end == nil { end = waitStatus.map(ProcessExit.init(waitStatus:)) }
            return end
        }
    }

    /// The parent learns it by waiting. Before that it stands in `/proc`, and from then on the kernel tells who has watched it.
    private var waitStatus: Int32? {
        var status: Int32 = 0
        if waitpid(identity.pid, &status, WNOHANG) == identity.pid { return status }
        let found = ProcessStatus(of: identity.pid)
        if let found, found.startTicks == identity.startTicks, let status = found.waitStatus { return status }
        status = linux_pidfd_wait_status(pidfd.number)
        return status >= 0 ? status : nil
    }

    /// Waits for its end; `false` when the time is over.
    func ends(within limit: Duration) -> Bool {
        guard pidfd.isReadable(within: limit) else { return false }
        // Where it is our child, the kernel keeps it until we have taken notice.
        _ = exitStatus
        return true
    }

    /// Sends a signal; nothing happens when it has ended.
    func signal(_ number: Int32) { _ = linux_pidfd_send_signal(pidfd.number, number) }

    /// Whether a signal would do anything: the first process of a namespace ignores those it does not handle.
    func heeds(_ number: Int32) -> Bool {
        let bytes = (try? FileBytes.read("/proc/\(identity.pid)/status")) ?? []
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        return ["SigCgt:", "SigBlk:"].contains { name in
            let mask = lines.first { $0.hasPrefix(name) }?.dropFirst(name.count).drop { $0 == "\t" || $0 == " " }
            return mask.flatMap { UInt64($0, radix: 16) }.map { $0 >> UInt64(number - 1) & 1 == 1 } ?? false
        }
    }
}
