import CLinux
import FleetModel
import Glibc

/// Makes listeners of a container's processes fit to be handed connections to addresses that they are not bound to.
///
/// The kernel asks for a right that a container does not have (`IP_TRANSPARENT`, CAP_NET_ADMIN), so it is set from
/// outside, on a copy of the descriptor. It changes nothing else: what a program may bind to is looked at when it binds.
struct ListenerAdmission: Sendable {
    private let namespace: NetworkNamespace

    /// For the processes in a network namespace.
    init(_ namespace: NetworkNamespace) { self.namespace = namespace }

    /// Opens the listeners with these inodes. Those that are gone need nothing any more. Blocks its thread.
    func open(_ inodes: Set<UInt32>) throws(StepFailure) {
        var left = Set(inodes.map { "socket:[\($0)]" })
        for process in processes where !left.isEmpty {
            let folder = "/proc/\(process)/fd"
            for name in FileTree.names(in: folder) {
                guard let target = Self.link(at: "\(folder)/\(name)"), left.contains(target),
                    let descriptor = Int32(name)
                else { continue }
                if try open(descriptor, of: process) { left.remove(target) }
            }
        }
    }

    /// - Returns: whether the process still had it.
    private func open(_ descriptor: Int32, of process: Int32) throws(StepFailure) -> Bool {
        let number = linux_pidfd_open(process)
        guard number >= 0 else { return false }
        let pidfd = OwnedDescriptor(number)
        let copy = linux_pidfd_getfd(pidfd.number, descriptor)
        guard copy >= 0 else { return false }
        let socket = OwnedDescriptor(copy)
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        guard setsockopt(socket.number, Int32(IPPROTO_IP), IP_TRANSPARENT, &on, size) == 0 else {
            throw StepFailure("open a listener of process \(process)", errno: errno, code: .networkFailed)
        }
        return true
    }

    private var processes: [Int32] {
        var wanted = stat()
        guard stat(namespace.path, &wanted) == 0 else { return [] }
        return FileTree.names(in: "/proc").compactMap { Int32($0) }.filter { process in
            var found = stat()
            return stat("/proc/\(process)/ns/net", &found) == 0 && found.st_ino == wanted.st_ino
                && found.st_dev == wanted.st_dev
        }
    }

    private static func link(at path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
