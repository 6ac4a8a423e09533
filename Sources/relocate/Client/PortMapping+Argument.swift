import FleetModel

extension PortMapping {
    /// Reads `PORT` or `PORT:CONTAINERPORT`, such as `6379` or `80:8080`, each of TCP.
    /// - Throws: `ClientError.badInput`.
    init(argument text: String) throws {
        guard !text.lowercased().hasSuffix("/udp") else {
            throw ClientError.badInput("virtual addresses forward TCP only; UDP is not forwarded")
        }
        let text = text.lowercased().hasSuffix("/tcp") ? text.dropLast("/tcp".count) : text[...]
        let ports = text.split(separator: ":", omittingEmptySubsequences: false).map { UInt16($0) }
        guard (1...2).contains(ports.count), let port = ports[0], port > 0, let inner = ports[ports.count - 1],
            inner > 0
        else {
            throw ClientError.badInput(
                "write PORT or PORT:CONTAINERPORT with ports of 1 to 65535, such as 6379 or 80:8080")
        }
        self.init(port: port, containerPort: inner)
    }

    /// The text that `init(argument:)` reads.
    var words: String { port == containerPort ? "\(port)" : "\(port):\(containerPort)" }
}
