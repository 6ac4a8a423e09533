import FleetModel

/// The gateway's packet filter and address translation. The script can be applied at any time: it replaces the rules
/// and leaves the map of virtual addresses, with everything that is announced, as it is.
struct GatewayRules {
    /// What the rules are about.
    var configuration: GatewayNetworkConfiguration

    /// The script for `nft -f`.
    var script: String {
        let outside = "\"\(configuration.outsideInterface)\""
        let virtual = configuration.virtualNetwork
        let containers = configuration.containerNetwork
        return """
            table ip relocate_gateway {
                map vips { type ipv4_addr . inet_service : ipv4_addr . inet_service; }
                chain translation { type nat hook prerouting priority dstnat; policy accept; }
                chain unmapped { type filter hook prerouting priority dstnat + 10; policy accept; }
                chain forward { type filter hook forward priority filter; policy accept; }
                chain input { type filter hook input priority filter; policy accept; }
                chain masking { type nat hook postrouting priority srcnat; policy accept; }
            }
            flush chain ip relocate_gateway translation
            flush chain ip relocate_gateway unmapped
            flush chain ip relocate_gateway forward
            flush chain ip relocate_gateway input
            flush chain ip relocate_gateway masking
            table ip relocate_gateway {
                chain translation {
                    ip daddr \(virtual) dnat ip to ip daddr . tcp dport map @vips
                }
                chain unmapped {
                    ip daddr \(virtual) meta l4proto tcp reject with tcp reset
                    ip daddr \(virtual) reject with icmp port-unreachable
                }
                chain forward {
                    iifname \(outside) ip saddr \(containers) drop
                    ct state established,related accept
                    iifname \(outside) ip daddr \(containers) ct status dnat accept
                    iifname \(outside) ip daddr \(containers) drop
                }
                chain input {
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
