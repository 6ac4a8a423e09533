import CLinux
import FleetModel
import Glibc

@testable import HostAgent

/// A client's network namespace, with a link to those of a container at each of two hosts, in which it has the same address. The
/// client's route says at which of them it is.
struct TestNetwork: Sendable {
    let id: String
    let namespaces: [NetworkNamespace]
    static let address = "10.99.0.2"
    static let port: UInt16 = 7
    private var client: String { "rl-test-\(id)-c" }

    init(id: String) throws {
        self.id = id
        namespaces = (1...2).map { NetworkNamespace(path: "/run/netns/rl-test-\(id)-\($0)") }
        do {
            try ip(["netns", "add", client])
            try ip(["-n", client, "link", "set", "lo", "up"])
            try ip(["-n", client, "address", "add", "10.99.0.1/32", "dev", "lo"])
        } catch {
            remove()
            throw error
        }
    }

    /// Takes the namespace of a container in at one of the hosts, in place of what is there; `nil` for a new one.
    func takeIn(_ other: NetworkNamespace?, at host: Int, withAddress: Bool = true) throws {
        let number = host + 1
        let container = "rl-test-\(id)-\(number)"
        try? ip(["-n", client, "link", "delete", "to\(number)"])
        try namespaces[host].remove()
        if let other { try namespaces[host].bind(other) } else { try ip(["netns", "add", container]) }
        try ip(["-n", container, "link", "set", "lo", "up"])
        try ip([
            "-n", client, "link", "add", "to\(number)", "address", "02:00:00:00:00:01", "type", "veth", "peer",
            "name", "eth0", "address", "02:00:00:00:00:02", "netns", container,
        ])
        try ip(["-n", client, "link", "set", "to\(number)", "up"])
        try ip(["-n", container, "link", "set", "eth0", "up"])
        if withAddress { try ip(["-n", container, "address", "add", "\(Self.address)/32", "dev", "eth0"]) }
        try ip(["-n", container, "route", "add", "10.99.0.1/32", "dev", "eth0"])
        try ip(["-n", container, "neigh", "add", "10.99.0.1", "lladdr", "02:00:00:00:00:01", "dev", "eth0"])
        try ip(["-n", client, "neigh", "add", Self.address, "lladdr", "02:00:00:00:00:02", "dev", "to\(number)"])
    }

    /// What takes in the namespace of a container that is restored at one of the hosts.
    func doorway(at host: Int, withAddress: Bool = true) -> Doorway {
        Doorway { process throws(StepFailure) in
            do {
                try takeIn(NetworkNamespace(path: "/proc/\(process)/ns/net"), at: host, withAddress: withAddress)
            } catch {
                throw StepFailure(code: .networkFailed, message: "\(error)")
            }
        }
    }

    /// Sends the client's packets to one of the namespaces.
    func route(to namespace: Int) {
        try? ip([
            "-n", client, "route", "replace", "\(Self.address)/32", "dev", "to\(namespace + 1)", "src", "10.99.0.1",
        ])
    }

    /// Keeps the client's packets away from both, as the steps of a relocation do while the container is at neither: a
    /// late acknowledgement that reached a stack without its socket would be answered with a reset.
    func hold() {
        try? ip(["-n", client, "route", "replace", "blackhole", "\(Self.address)/32"])
    }

    /// Connects to the container; tries again while nobody listens yet.
    func connect() async throws -> EchoConnection {
        for _ in 0..<500 {
            if let socket = try inside(client, { try? EchoConnection() }) { return socket }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw StepFailure(code: .internalError, message: "nobody listens at \(Self.address)")
    }

    func remove() {
        try? ip(["netns", "delete", client])
        for namespace in namespaces { try? namespace.remove() }
    }

    private func ip(_ arguments: [String]) throws { try run(["/usr/sbin/ip"] + arguments) }

    /// A socket belongs to the namespace in which it was made, so it is enough to be there for a moment.
    private func inside<Result>(_ name: String, _ body: () -> Result) throws -> Result {
        let home = try OwnedDescriptor.open("/proc/thread-self/ns/net", O_RDONLY)
        let there = try OwnedDescriptor.open("/run/netns/\(name)", O_RDONLY)
        guard setns(there.number, linux_new_network_namespace) == 0 else { throw StepFailure("enter", errno: errno) }
        defer { setns(home.number, linux_new_network_namespace) }
        return body()
    }
}

/// A client's connection to the echo server.
struct EchoConnection: Sendable {
    /// What the server answered: the token of its process, the lines it has answered, those of this connection.
    struct Answer: Equatable {
        let token: String
        let total: Int
        let count: Int
        let line: String
    }

    private let socket: OwnedDescriptor

    init() throws {
        socket = OwnedDescriptor(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | linux_close_on_exec, 0))
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(socket.number, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = TestNetwork.port.bigEndian
        inet_pton(AF_INET, TestNetwork.address, &address.sin_addr)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket.number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw StepFailure("connect", errno: errno) }
    }

    /// Sends a line and waits for its answer.
    func ask(_ line: String) throws -> Answer {
        let bytes = Array((line + "\n").utf8)
        guard send(socket.number, bytes, bytes.count, linux_no_signal) == bytes.count else {
            throw StepFailure("send", errno: errno)
        }
        var answer: [UInt8] = []
        while answer.last != UInt8(ascii: "\n") {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(socket.number, &buffer, buffer.count, 0)
            guard count > 0 else { throw StepFailure("receive", errno: errno) }
            answer += buffer.prefix(count)
        }
        let parts = String(decoding: answer.dropLast(), as: UTF8.self).split(separator: " ", maxSplits: 3)
        guard parts.count == 4, let total = Int(parts[1]), let count = Int(parts[2]) else {
            throw StepFailure(code: .internalError, message: "not an answer: \(parts)")
        }
        return Answer(token: String(parts[0]), total: total, count: count, line: String(parts[3]))
    }
}
