/// A TCP connection as the container sees it.
public struct TCPConnection: Codable, Sendable, Hashable, CustomStringConvertible {
    /// The container's own address.
    public var localAddress: IPv4Address
    /// The container's own port.
    public var localPort: UInt16
    /// The peer's address. Of a peer that is a container too it is the gateway's.
    public var remoteAddress: IPv4Address
    /// The peer's port.
    public var remotePort: UInt16

    /// A connection.
    public init(localAddress: IPv4Address, localPort: UInt16, remoteAddress: IPv4Address, remotePort: UInt16) {
        self.localAddress = localAddress
        self.localPort = localPort
        self.remoteAddress = remoteAddress
        self.remotePort = remotePort
    }

    /// `10.88.0.7:80 – 198.51.100.2:40000`.
    public var description: String { "\(localAddress):\(localPort) – \(remoteAddress):\(remotePort)" }
}
