import CNetlink
import Glibc
import Synchronization

/// A socket to one of the kernel's netlink families.
///
/// A netlink socket belongs for ever to the network namespace in which it was opened, whatever thread uses it later.
/// That is why namespaces are entered only to open sockets, and why changing a route takes two system calls.
package final class NetlinkSocket: Sendable {
    private let descriptor: Int32
    private let sequence = Mutex<UInt32>(0)

    /// Opens a socket in the calling thread's network namespace.
    package init(family: Int32 = NETLINK_ROUTE) throws(NetlinkError) {
        descriptor = socket(linux_socket_netlink, linux_socket_raw | linux_close_on_exec, family)
        guard descriptor >= 0 else { throw .current("netlink socket") }
        // Texts of the kernel with its refusals, and not the whole refused message back.
        for option in [NETLINK_EXT_ACK, NETLINK_CAP_ACK] {
            var on: Int32 = 1
            setsockopt(descriptor, SOL_NETLINK, Int32(option), &on, socklen_t(MemoryLayout<Int32>.size))
        }
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// How many changes are made in one system call. The kernel answers all of them before anybody can read, and what
    /// does not fit into the socket's buffer (some 250 answers) is lost.
    private static let most = 64

    /// Makes changes, few in one system call and more in several, and waits until the kernel has answered each of them that asks
    /// for an answer. Those after a refused one are made all the same.
    /// - Throws: the first refusal that its request does not tolerate.
    package func perform(_ requests: [NetlinkRequest]) throws(NetlinkError) {
        var failure: NetlinkError?
        for start in stride(from: 0, to: requests.count, by: Self.most) {
            let part = Array(requests[start..<min(requests.count, start + Self.most)])
            let refusals = try exchange(part)
            for (request, refusal) in zip(part, refusals) {
                guard let refusal, !request.tolerated.contains(refusal.number) else { continue }
                failure = failure ?? refusal
            }
        }
        if let failure { throw failure }
    }

    /// Asks for a list, or for one thing, and hands each part of the answer (behind the netlink header) to `body`.
    package func query(
        _ subject: String, _ message: NetlinkMessage, body: (UnsafeRawBufferPointer) -> Void
    ) throws(NetlinkError) {
        let answer: Result<Void, NetlinkError> = sequence.withLock { sequence in
            do throws(NetlinkError) {
                sequence &+= 1
                try transmit(message.encoded(sequence: sequence), subject: subject)
                var done = false
                while !done {
                    try receive(subject: subject) { reply in
                        guard reply.header.nlmsg_seq == sequence else { return .success(()) }
                        switch Int(reply.header.nlmsg_type) {
                        case Int(NLMSG_DONE):
                            done = true
                        case Int(NLMSG_ERROR):
                            done = true
                            if let refusal = reply.refusal(of: subject) { return .failure(refusal) }
                        default:
                            body(reply.payload)
                        }
                        return .success(())
                    }
                }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try answer.get()
    }

    private func exchange(_ requests: [NetlinkRequest]) throws(NetlinkError) -> [NetlinkError?] {
        let answer: Result<[NetlinkError?], NetlinkError> = sequence.withLock { sequence in
            do throws(NetlinkError) {
                let first = sequence &+ 1
                var bytes: [UInt8] = []
                for request in requests {
                    sequence &+= 1
                    bytes += request.message.encoded(sequence: sequence)
                }
                let subject = requests[0].subject
                try transmit(bytes, subject: subject)
                var refusals = [NetlinkError?](repeating: nil, count: requests.count)
                var outstanding = requests.count { $0.message.isAnswered }
                while outstanding > 0 {
                    try receive(subject: subject) { reply in
                        let index = Int(reply.header.nlmsg_seq &- first)
                        guard requests.indices.contains(index), reply.header.nlmsg_type == UInt16(NLMSG_ERROR) else {
                            return .success(())
                        }
                        refusals[index] = reply.refusal(of: requests[index].subject)
                        outstanding -= 1
                        return .success(())
                    }
                }
                return .success(refusals)
            } catch {
                return .failure(error)
            }
        }
        return try answer.get()
    }

    private func transmit(_ bytes: [UInt8], subject: String) throws(NetlinkError) {
        guard send(descriptor, bytes, bytes.count, 0) == bytes.count else { throw .current(subject) }
    }

    /// Receives once and hands over the messages that came, until `body` gives a failure.
    private func receive(
        subject: String, body: (NetlinkReply) -> Result<Void, NetlinkError>
    ) throws(NetlinkError) {
        var count = 0
        let buffer = [UInt8](unsafeUninitializedCapacity: 64 << 10) { space, initialized in
            count = recv(descriptor, space.baseAddress, space.count, 0)
            initialized = max(count, 0)
        }
        guard count >= 0 else {
            if errno == EINTR { return }
            throw .current(subject)
        }
        let result: Result<Void, NetlinkError> = buffer.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while let reply = NetlinkReply(&rest) {
                if case .failure(let error) = body(reply) { return .failure(error) }
            }
            return .success(())
        }
        try result.get()
    }
}
