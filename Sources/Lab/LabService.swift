import FleetModel
import Glibc
import SystemSupport

/// The service that listens on a lab's host, so that hosts differ: it tells whoever connects its name, and hangs up.
///
/// It is the lab's own program under another name, since nothing else is sure to be on the machine.
public struct LabService: Sendable {
    /// What it says.
    public var name: String
    /// Where it listens.
    public var address: IPv4Address
    /// Its TCP port.
    public var port: UInt16

    /// A service.
    public init(name: String, address: IPv4Address, port: UInt16) {
        self.name = name
        self.address = address
        self.port = port
    }

    /// Serves until the process is ended.
    /// - Throws: `LabError.refused` when it cannot listen there.
    public func serve() async throws(LabError) {
        let listener = try listen()
        let greeting = "\(name): a service of a Relocate lab\r\n"
        await onOwnThread {
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else {
                    usleep(10_000)
                    continue
                }
                _ = send(client, greeting, greeting.utf8.count, Int32(MSG_NOSIGNAL))
                close(client)
            }
        }
    }

    private func listen() throws(LabError) -> Int32 {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var on: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        place.sin_addr.s_addr = address.number.bigEndian
        let refusal = withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard refusal == 0, Glibc.listen(listener, 16) == 0 else {
            throw .refused("listening on \(address):\(port): \(String(cString: strerror(errno)))")
        }
        return listener
    }
}
