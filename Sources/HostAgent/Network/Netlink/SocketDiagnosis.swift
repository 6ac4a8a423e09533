import CNetlink
import FleetModel
import Glibc

/// Which local addresses the open connections of a network namespace use.
///
/// The kernel lists its own sockets (`NETLINK_SOCK_DIAG`), so the orphaned ones of processes that are gone, which still
/// send what is left in their queues, are among them.
package struct SocketDiagnosis: Sendable {
    private let socket: NetlinkSocket

    /// Asks about the calling thread's network namespace, then and later.
    package init() throws(NetlinkError) {
        socket = try NetlinkSocket(family: NETLINK_SOCK_DIAG)
    }

    /// The local addresses of TCP connections in any state but LISTEN, TIME_WAIT and CLOSE, and of connected UDP
    /// sockets.
    package func addressesInUse() throws(NetlinkError) -> Set<IPv4Address> {
        var addresses: Set<IPv4Address> = []
        // States by their numbers in the kernel: ESTABLISHED 1, TIME_WAIT 6, CLOSE 7, LISTEN 10, NEW_SYN_RECV 12.
        let connections: UInt32 = 0x1FFE & ~(1 << 6 | 1 << 7 | 1 << 10)
        for (transport, states) in [(IPPROTO_TCP, connections), (IPPROTO_UDP, 1 << 1)] {
            // A socket of IPv6 that serves IPv4 too holds its addresses mapped (::ffff:a.b.c.d).
            for family in [AF_INET, AF_INET6] {
                try collect(into: &addresses, family: UInt8(family), transport: UInt8(transport), states: states)
            }
        }
        return addresses
    }

    private func collect(
        into addresses: inout Set<IPv4Address>, family: UInt8, transport: UInt8, states: UInt32
    ) throws(NetlinkError) {
        var header = inet_diag_req_v2()
        header.sdiag_family = family
        header.sdiag_protocol = transport
        header.idiag_states = states
        let message = NetlinkMessage(
            type: Int(SOCK_DIAG_BY_FAMILY), flags: Int(NLM_F_REQUEST | NLM_F_DUMP), header: header)
        var found: [IPv4Address] = []
        try socket.query("list of connections", message) { payload in
            guard payload.count >= MemoryLayout<inet_diag_msg>.size else { return }
            let entry = payload.loadUnaligned(as: inet_diag_msg.self)
            let words = entry.id.idiag_src
            switch Int32(entry.idiag_family) {
            case AF_INET:
                found.append(IPv4Address(number: UInt32(bigEndian: words.0)))
            case AF_INET6 where words.0 == 0 && words.1 == 0 && UInt32(bigEndian: words.2) == 0xFFFF:
                found.append(IPv4Address(number: UInt32(bigEndian: words.3)))
            default:
                break
            }
        }
        addresses.formUnion(found)
    }
}
