import FleetModel

/// Packet filters inside a container's network namespace.
enum ContainerRules {
    /// Hands new connections to an address over to listeners that are bound to others, on the same ports.
    ///
    /// The address is not translated: the connection's own address stays the one that the client asked for, so it moves
    /// like any other, and no table of translations has to move with it.
    static func admit(_ listeners: Set<NetworkSocket>, at address: IPv4Address) -> String {
        let byPort = Dictionary(listeners.map { ($0.localPort, $0.localAddress) }, uniquingKeysWith: min)
        let rules = byPort.sorted { $0.key < $1.key }.map { port, bound in
            "        ip daddr \(address) tcp dport \(port) tproxy to \(bound):\(port)"
        }
        return """
            table ip relocate_listeners
            delete table ip relocate_listeners
            table ip relocate_listeners {
                chain arriving {
                    type filter hook prerouting priority mangle; policy accept;
            \(rules.joined(separator: "\n"))
                }
            }
            """
    }

    /// Drops the packets of some connections: those that waited here for a container, but whose sockets it has left
    /// behind at its source.
    static func drop(_ connections: [TCPConnection]) -> String {
        """
        table ip relocate_closing
        delete table ip relocate_closing
        table ip relocate_closing {
            set closing {
                type ipv4_addr . inet_service . ipv4_addr . inet_service;
                elements = { \(connections.map(\.key).joined(separator: ", ")) };
            }
            chain arriving {
                type filter hook prerouting priority raw; policy accept;
                ip daddr . tcp dport . ip saddr . tcp sport @closing drop
            }
        }
        """
    }
}
