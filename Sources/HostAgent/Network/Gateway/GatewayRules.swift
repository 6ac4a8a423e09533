import FleetModel

/// The gateway's packet filter and address translation. The script can be applied at any time: it replaces the rules
/// and leaves the map of virtual addresses, with everything that is announced, and the set of addresses that are cut off as
/// they are.
///
/// Two kinds of packets are marked, so that rules of routing can lead them elsewhere than their address says: the first
/// packets of new connections (`newcomers`), and those of connections that stayed behind when their container moved
/// (`parted`). The latter are listed as the container sees them, and recognised in both directions: by what the container
/// sends before its peer's address is translated back, and by what is sent to it after that. Their mark is kept with the
/// tracked connection, and lives as long as it. A client that has forgotten such a connection, and comes again from its port, is
/// led there too: only who has the connection can tell him that it is over.
struct GatewayRules {
    /// What the rules are about.
    var configuration: GatewayNetworkConfiguration

    /// How many connections to a virtual address are tracked at once: a full table would cut off everybody.
    static let mostConnections = 32_768

    /// The mark of new connections' first packets, and the number of their table of routes.
    static let newcomers: UInt32 = 82

    /// The script that lets the packets of connections carry a mark. The list is only read until each has been seen once.
    static func part(_ connections: [TCPConnection], mark: UInt32) -> String {
        connections.map {
            "add element ip relocate_gateway parted { \($0.key) timeout 10m : \(mark) }\n"
        }.joined()
    }

    /// The script that cuts these addresses off and no others, in one transaction.
    static func fence(_ addresses: [IPv4Address]) -> String {
        let elements = addresses.map(\.description).joined(separator: ", ")
        return "flush set ip relocate_gateway fenced\n"
            + (addresses.isEmpty ? "" : "add element ip relocate_gateway fenced { \(elements) }\n")
    }

    /// The script for `nft -f`.
    var script: String {
        let outside = "\"\(configuration.outsideInterface)\""
        let virtual = configuration.virtualNetwork
        let containers = configuration.containerNetwork
        return """
            table ip relocate_gateway {
                map vips { type ipv4_addr . inet_service : ipv4_addr . inet_service; }
                map parted {
                    type ipv4_addr . inet_service . ipv4_addr . inet_service : mark; flags timeout;
                }
                set fenced { type ipv4_addr; }
                set reached { type ipv4_addr; size 65535; flags dynamic; }
                chain leaving { type filter hook prerouting priority mangle; policy accept; }
                chain coming { type filter hook prerouting priority dstnat + 5; policy accept; }
                chain translation { type nat hook prerouting priority dstnat; policy accept; }
                chain unmapped { type filter hook prerouting priority dstnat + 10; policy accept; }
                chain forward { type filter hook forward priority filter; policy accept; }
                chain input { type filter hook input priority filter; policy accept; }
                chain masking { type nat hook postrouting priority srcnat; policy accept; }
            }
            flush chain ip relocate_gateway leaving
            flush chain ip relocate_gateway coming
            flush chain ip relocate_gateway translation
            flush chain ip relocate_gateway unmapped
            flush chain ip relocate_gateway forward
            flush chain ip relocate_gateway input
            flush chain ip relocate_gateway masking
            table ip relocate_gateway {
                chain leaving {
                    ip saddr \(containers) ct mark set ip saddr . tcp sport . ip daddr . tcp dport map @parted
                }
                chain coming {
                    ip daddr \(containers) ct mark set ip daddr . tcp dport . ip saddr . tcp sport map @parted
                    ip daddr \(containers) ct mark != 0 meta mark set ct mark
                    ip daddr \(containers) ct mark 0 tcp flags & (syn | ack) == syn meta mark set \(Self.newcomers)
                }
                chain translation {
                    ip daddr \(virtual) dnat ip to ip daddr . tcp dport map @vips
                }
                chain unmapped {
                    ip daddr \(virtual) meta l4proto tcp reject with tcp reset
                    ip daddr \(virtual) reject with icmp port-unreachable
                }
                chain forward {
                    ip saddr @fenced drop
                    ip daddr @fenced meta l4proto tcp reject with tcp reset
                    ip daddr @fenced drop
                    iifname \(outside) ip saddr \(containers) drop
                    ct original ip daddr \(virtual) ct state new \
                        add @reached { ct original ip daddr ct count over \(Self.mostConnections) } drop
                    ct state established,related accept
                    iifname \(outside) ip daddr \(containers) ct status dnat accept
                    iifname \(outside) ip daddr \(containers) drop
                }
                chain input {
                    ip saddr @fenced drop
                    ct state established,related accept
                    ip saddr \(containers) icmp type echo-request accept
                    ip saddr \(containers) drop
                }
                chain masking {
                    ip saddr \(containers) ip daddr \(containers) ct status dnat snat to \(configuration.insideAddress)
                    ip saddr \(containers) oifname \(outside) masquerade
                }
            }
            """
    }
}
