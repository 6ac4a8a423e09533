import FleetModel
import Glibc

/// The sockets of a container that stands still whose connections seem to be broken.
///
/// CRIU writes nothing down of what a program has not heard yet of a connection that is over, so after a restore each reads
/// as if the peer had ended it in order, and what was cut off looks complete. Such a connection is restored as open instead,
/// and is reset once more then.
///
/// Which are broken is found out by reading to the end, as the program would; but that takes away what is read. So the sockets
/// are held beyond the end of their processes.
struct BrokenSockets: Sendable {
    private struct Ends: Hashable {
        let local: TCPSocket.End
        let remote: TCPSocket.End
    }

    /// How many are held: their number is the tenant's choice, and descriptors are the agent's. Others read as ended.
    private static let most = 256

    private var held: [(inode: UInt32, ends: Ends, socket: OwnedDescriptor)] = []
    /// How many connections have these ends. Of several one at most can be restored as open.
    private var count: [Ends: Int] = [:]

    /// None.
    init() {}

    /// Finds them among some sockets of processes.
    init(of family: Set<Int32>, amongst inodes: Set<UInt32>, beside open: SocketDiagnosis) {
        if inodes.isEmpty {
            self.init()
        } else {
            self.init(of: family, where: { inodes.contains($0) }, beside: open)
        }
    }

    /// Finds them among all sockets of processes but some.
    init(of family: Set<Int32>, except inodes: Set<UInt32>, beside open: SocketDiagnosis) {
        self.init(of: family, where: { !inodes.contains($0) }, beside: open)
    }

    private init(of family: Set<Int32>, where mayBe: (UInt32) -> Bool, beside open: SocketDiagnosis) {
        HeldSockets(of: family).visit(where: mayBe) { socket, inode in
            guard Self.isTCP(socket), let local = TCPSocket.End(of: socket),
                let remote = TCPSocket.End(ofPeerOf: socket)
            else { return true }
            let ends = Ends(local: local, remote: remote)
            count[ends, default: 0] += 1
            if held.count < Self.most, Self.hasError(socket) { held.append((inode, ends, socket)) }
            return true
        }
        guard !held.isEmpty else { return }
        do throws(NetlinkError) {
            for socket in try open.tcpSockets(in: SocketState.open) {
                count[Ends(local: socket.local, remote: socket.remote), default: 0] += 1
            }
        } catch {
            // Of none it is known whether it could be restored as open.
            held = []
        }
    }

    /// When the images are whole and the processes gone: adds the connections that are broken to the dump, and has CRIU restore
    /// them as open.
    /// - Parameter images: the folder of CRIU's images.
    func add(to dump: DumpDirectory, images: String) throws(StepFailure) {
        var broken: [UInt32: BrokenConnection] = [:]
        for (inode, ends, socket) in held where count[ends] == 1 {
            guard let sequence = StreamImages(directory: images).nextReceived(of: inode), Self.endsBroken(socket) else {
                continue
            }
            broken[inode] = BrokenConnection(local: ends.local, remote: ends.remote, sequence: sequence)
        }
        guard !broken.isEmpty else { return }
        try dump.add(Array(broken.values))
        try FileImages(directory: images).open(Set(broken.keys))
    }

    private static func isTCP(_ socket: OwnedDescriptor) -> Bool {
        var number: Int32 = -1
        var size = socklen_t(4)
        return getsockopt(socket.number, SOL_SOCKET, SO_PROTOCOL, &number, &size) == 0 && number == Int32(IPPROTO_TCP)
    }

    /// Whether there is something that the program has not heard. It is not taken away.
    private static func hasError(_ socket: OwnedDescriptor) -> Bool {
        var entry = pollfd(fd: socket.number, events: 0, revents: 0)
        return poll(&entry, 1, 0) == 1 && Int32(entry.revents) & POLLERR != 0
    }

    private static let toTheEnd = Int32(truncatingIfNeeded: MSG_TRUNC | MSG_DONTWAIT)

    /// Whether a program that reads to the end is told of a fault then. Reads all there is.
    static func endsBroken(_ socket: OwnedDescriptor) -> Bool {
        // CRIU has left it in a state in which it is not read from.
        var off: Int32 = 0
        setsockopt(socket.number, Int32(IPPROTO_TCP), TCP_REPAIR, &off, 4)
        while true {
            let count = recv(socket.number, nil, 1 << 20, Self.toTheEnd)
            if count <= 0 { return count < 0 && ![EAGAIN, ENOTCONN].contains(errno) }
        }
    }
}
