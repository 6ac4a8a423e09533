import Glibc

/// How the kernel tracks connections on a gateway: nothing that lives is forgotten, and there is room for a fleet.
struct GatewayTracking: Sendable {
    /// A peer that has closed its half may wait for the other half as long as TCP lets it: the kernel's own limit for
    /// established connections (`nf_conntrack_tcp_timeout_established`), where it takes one or two minutes else.
    private static let halfClosed = ["close_wait", "fin_wait"]
    /// A last word may be repeated for a quarter of an hour (`tcp_retries2`), and so may be data that a peer does not
    /// take, in seconds.
    private static let retransmission = 1000
    /// One tracked connection takes about this many bytes.
    private static let entryBytes = 400

    /// Sets everything, in the calling thread's namespace.
    func apply() throws(NetlinkError) {
        // Connections that were open before this machine became the gateway go on.
        try Sysctl("netfilter/nf_conntrack_tcp_loose", 1).applyIfPresent()
        try Sysctl("netfilter/nf_conntrack_tcp_be_liberal", 1).applyIfPresent()
        guard let established = Sysctl.value(of: "netfilter/nf_conntrack_tcp_timeout_established") else { return }
        for state in Self.halfClosed {
            try Sysctl("netfilter/nf_conntrack_tcp_timeout_\(state)", established).applyIfPresent()
        }
        for state in ["last_ack", "max_retrans", "unacknowledged"] {
            try Sysctl("netfilter/nf_conntrack_tcp_timeout_\(state)", Self.retransmission).applyIfPresent()
        }
        // Who was reset may come again at once from the same port, and the container may have another address by then.
        try Sysctl("netfilter/nf_conntrack_tcp_timeout_close", 1).applyIfPresent()
        enlargeTable()
    }

    /// Lets the table take up to a sixteenth of the machine's memory. Inside a namespace the size is not ours to set:
    /// it is the machine's, and its fullness is watched.
    private func enlargeTable() {
        let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        let wanted = memory / 16 / Self.entryBytes
        guard let present = Sysctl.value(of: "netfilter/nf_conntrack_max"), wanted > present else { return }
        // Refused where the namespace is not the machine's own.
        try? Sysctl("netfilter/nf_conntrack_max", wanted).apply()
    }
}
