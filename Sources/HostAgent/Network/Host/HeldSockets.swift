import CLinux
import FleetModel
import Glibc

/// The sockets that the processes in a network namespace have among their descriptors, looked at from outside.
struct HeldSockets: Sendable {
    private let namespace: NetworkNamespace

    /// Those of a namespace.
    init(in namespace: NetworkNamespace) { self.namespace = namespace }

    /// Goes through the sockets with wanted inodes, each once, until `body` says that it is enough. Blocks its thread.
    /// - Parameter body: gets a copy of the descriptor and the inode.
    func visit(where isWanted: (UInt32) -> Bool, _ body: (OwnedDescriptor, UInt32) -> Bool) {
        var seen: Set<UInt32> = []
        let files = FactFiles()
        for process in processes {
            let folder = "/proc/\(process)/fd"
            for name in FileTree.names(in: folder) {
                guard let descriptor = Int32(name),
                    let inode = files.socket("\(folder)/\(name)").flatMap({ UInt32(exactly: $0) }),
                    isWanted(inode), !seen.contains(inode), let copy = Self.copy(descriptor, of: process)
                else { continue }
                seen.insert(inode)
                guard body(copy, inode) else { return }
            }
        }
    }

    /// The own addresses of IPv4 of the sockets that are not among some. Blocks its thread.
    func localAddresses(except listed: Set<UInt32>) -> Set<IPv4Address> {
        var addresses: Set<IPv4Address> = []
        visit(where: { !listed.contains($0) }) { socket, _ in
            if let address = Self.localAddress(of: socket) { addresses.insert(address) }
            return true
        }
        return addresses
    }

    private var processes: [Int32] {
        FileTree.names(in: "/proc").compactMap { Int32($0) }.filter {
            namespace.isSame(as: NetworkNamespace(path: "/proc/\($0)/ns/net"))
        }
    }

    /// A copy of a descriptor; `nil` when the process does not have it any more.
    private static func copy(_ descriptor: Int32, of process: Int32) -> OwnedDescriptor? {
        let number = linux_pidfd_open(process)
        guard number >= 0 else { return nil }
        let pidfd = OwnedDescriptor(number)
        let copy = linux_pidfd_getfd(pidfd.number, descriptor)
        return copy >= 0 ? OwnedDescriptor(copy) : nil
    }

    /// A socket's own address of IPv4, also where it is one of IPv6 (::ffff:a.b.c.d).
    private static func localAddress(of socket: OwnedDescriptor) -> IPv4Address? {
        var name = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_in6>.size)
        var length = socklen_t(name.count)
        let isNamed = name.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { getsockname(socket.number, $0.baseAddress, &length) == 0 }
        }
        guard isNamed, length >= 2 else { return nil }
        let family = Int32(name[0]) | Int32(name[1]) << 8
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        switch family {
        case AF_INET: return address(name[4..<8])
        case AF_INET6 where Array(name[8..<20]) == mapped: return address(name[20..<24])
        default: return nil
        }
    }

    private static func address(_ bytes: ArraySlice<UInt8>) -> IPv4Address {
        IPv4Address(number: bytes.reduce(0) { $0 << 8 | UInt32($1) })
    }
}
