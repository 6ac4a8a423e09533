import CLinux
import FleetModel
import Glibc

/// The sockets that some processes have among their descriptors, looked at from outside.
struct HeldSockets: Sendable {
    private enum Place {
        case namespace(NetworkNamespace)
        case processes(Set<Int32>)
    }

    private let place: Place

    /// Those of the processes in a network namespace.
    init(in namespace: NetworkNamespace) { place = .namespace(namespace) }

    /// Those of some processes.
    init(of processes: Set<Int32>) { place = .processes(processes) }

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
            if let address = TCPSocket.End(of: socket)?.ipv4 { addresses.insert(address) }
            return true
        }
        return addresses
    }

    private var processes: [Int32] {
        switch place {
        case .namespace(let namespace):
            FileTree.names(in: "/proc").compactMap { Int32($0) }.filter {
                namespace.isSame(as: NetworkNamespace(path: "/proc/\($0)/ns/net"))
            }
        case .processes(let processes): processes.sorted()
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
}
