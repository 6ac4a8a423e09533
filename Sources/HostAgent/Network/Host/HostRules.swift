import FleetModel

/// The host's packet filter: one table that is always rendered whole from what is wired up, and replaced in one
/// transaction. What the kernel filters and what the agent knows can thus never drift apart.
///
/// - Packets of connections that a container left behind when it moved are marked, and a table of routes leads them to
///   where it was (`closing`), wherever the address is now.
/// - A container sends only from its own addresses (`sources`).
/// - It reaches the outside and, by way of the gateway, other tenants' virtual addresses; not other containers'
///   addresses, not the protected networks, and no service of the host.
/// - It cannot tell which host it is on: no packet ends on its way because it has passed too many routers, all that reaches a
///   container has as many hops left, and what the host complains of comes from the router that all containers see.
/// - Nothing of this host opens a connection to a sealed address. What the gateway sends to one passes: it belongs to a
///   connection that the gateway tracks, and what becomes of it is for the container's own sockets to say. A client may come
///   again from the port of a connection that has ended, or that it has forgotten, while the gateway still tracks that one.
/// - It has a share of the table of tracked connections, and no more: a full table would cut off everybody. What is counted of
///   that outlives a change of the other rules, in a table of its own.
/// - Connections that have just come from another host are unknown to the connection tracker here, so TCP is judged by its
///   flags and not by tracked state.
struct HostRules {
    /// All addresses that containers can have.
    var containerNetwork: IPv4Network
    /// Where containers must not open connections to.
    var protectedNetworks: [IPv4Network]
    /// What is wired up.
    var attachments: [Attachment]

    /// How many connections that a container has opened are tracked at once.
    static let mostConnections = 16_384
    /// How many routers a container's packets may pass, whatever it says.
    private static let hopsFromContainers = 64
    /// How many routers those could still pass that have reached a container.
    private static let hopsToContainers = 56

    /// The script for `nft -f`.
    var script: String {
        """
        table ip relocate_connections {
            set opened { type ipv4_addr; size 65535; flags dynamic; }
            chain forward { type filter hook forward priority filter + 10; policy accept; }
        }
        flush chain ip relocate_connections forward
        table ip relocate_connections {
            chain forward {
                iifname "rlc*" ct state new add @opened { ip saddr ct count over \(Self.mostConnections) } drop
            }
        }
        table ip relocate
        delete table ip relocate
        table ip relocate {
            set sources { typeof iifname . ip saddr; \(elements(sources)) }
            set sealed { type ipv4_addr; \(elements(sealed)) }
            map closing { type ipv4_addr . inet_service . ipv4_addr . inet_service : mark; \(elements(closing)) }
            set protected { type ipv4_addr; flags interval; auto-merge; \(elements(protectedNetworks)) }
            chain spoofing {
                type filter hook prerouting priority raw; policy accept;
                iifname "rlc*" iifname . ip saddr != @sources drop
                iifname "rlc*" ip ttl set \(Self.hopsFromContainers)
                iifname "\(HoldLink.exit)" notrack
            }
            chain arriving {
                type filter hook postrouting priority mangle; policy accept;
                oifname "rlc*" ip ttl set \(Self.hopsToContainers)
            }
            chain parting {
                type filter hook prerouting priority mangle; policy accept;
                meta mark set ip daddr . tcp dport . ip saddr . tcp sport map @closing
            }
            chain forward {
                type filter hook forward priority filter; policy accept;
                iifname "rlc*" ip daddr \(containerNetwork) reject with icmp admin-prohibited
                iifname "rlc*" ip daddr @protected tcp flags & (syn | ack) == syn reject with tcp reset
                iifname "rlc*" ip daddr @protected meta l4proto != { tcp, icmp } reject with icmp admin-prohibited
                iifname "rlc*" ip daddr @protected icmp type echo-request reject with icmp admin-prohibited
            }
            chain output {
                type filter hook output priority filter; policy accept;
                ip daddr @sealed tcp flags & (syn | ack) == syn reject with tcp reset
                ip daddr @sealed meta l4proto != tcp ct state new drop
                oifname "rlc*" icmp type { destination-unreachable, time-exceeded, parameter-problem } \
                    ip saddr set \(HostWiring.router)
            }
            chain input {
                type filter hook input priority filter; policy accept;
                iifname "rlc*" jump containers
                ip saddr \(containerNetwork) jump containers
            }
            chain containers {
                ct state established,related accept
                drop
            }
        }
        """
    }

    private var sources: [String] {
        attachments.flatMap { attachment in
            attachment.addresses.map { "\"\(attachment.interface)\" . \($0)" }
        }
    }

    /// Each connection once: a map with two values for one key would be refused, and with it all other rules.
    private var closing: [String] {
        var marks: [String: UInt32] = [:]
        for attachment in attachments {
            for connection in attachment.closing ?? [] { marks[connection.key] = attachment.mark }
        }
        return marks.sorted { $0.key < $1.key }.map { "\($0.key) : \($0.value)" }
    }

    private var sealed: [String] { Set(attachments.flatMap(\.sealed)).sorted().map(\.description) }

    private func elements(_ elements: [some CustomStringConvertible]) -> String {
        elements.isEmpty ? "" : "elements = { " + elements.map(\.description).joined(separator: ", ") + " };"
    }
}

extension TCPConnection {
    /// The connection as the packet filter's sets name it, the container's end first.
    var key: String { "\(localAddress) . \(localPort) . \(remoteAddress) . \(remotePort)" }
}
