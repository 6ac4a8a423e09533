import CLinux
import Foundation

@testable import HTTP

/// Clients that open connections and never finish a request, all served by one thread.
final class Attackers {
    /// What the server has sent to one of them by the time it closed the connection.
    struct Ending: Sendable {
        var isSlow: Bool
        var text: String
    }

    private var descriptors: [Int32: Bool] = [:]
    private var received: [Int32: String] = [:]

    deinit {
        for descriptor in descriptors.keys { Glibc.close(descriptor) }
    }

    /// Connects so many clients that are silent, or that begin a request and go on with a byte now and then.
    func connect(_ count: Int, slow: Bool, port: Int) throws {
        let target = try SocketAddress.resolve(host: "127.0.0.1", port: port, passive: false)[0]
        for number in 0..<count {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | linux_close_on_exec, 0)
            guard descriptor >= 0 else { throw HTTPError.system("making socket \(number)") }
            descriptors[descriptor] = slow
            // Several addresses, so that there are ports enough for all.
            let source = try SocketAddress.resolve(host: "127.0.1.\(1 + number % 8)", port: 0, passive: false)[0]
            guard source.withSockAddr({ bind(descriptor, $0, $1) }) == 0,
                target.withSockAddr({ Glibc.connect(descriptor, $0, $1) }) == 0
            else { throw HTTPError.system("connecting client \(number)") }
            if slow { send("GET /hello HTTP/1.1\r\nHost: a\r\nX: ", descriptor) }
        }
    }

    /// Goes on until the server has closed all connections; nil if it has not by then.
    func endings(within seconds: Double) -> [Ending]? {
        let deadline = Date(timeIntervalSinceNow: seconds)
        var endings: [Ending] = []
        while !descriptors.isEmpty {
            guard Date() < deadline else { return nil }
            for descriptor in readable(milliseconds: 500) {
                guard let isSlow = descriptors[descriptor], let text = receive(descriptor) else { continue }
                endings.append(Ending(isSlow: isSlow, text: text))
                descriptors[descriptor] = nil
                Glibc.close(descriptor)
            }
            for (descriptor, isSlow) in descriptors where isSlow { send("a", descriptor) }
        }
        return endings
    }

    private func readable(milliseconds: Int32) -> [Int32] {
        var items = descriptors.keys.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        poll(&items, nfds_t(items.count), milliseconds)
        return items.filter { $0.revents != 0 }.map(\.fd)
    }

    /// Everything that was received, once the connection has ended.
    private func receive(_ descriptor: Int32) -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return received.removeValue(forKey: descriptor) ?? "" }
        received[descriptor, default: ""] += String(decoding: bytes[..<count], as: UTF8.self)
        return nil
    }

    private func send(_ text: String, _ descriptor: Int32) {
        _ = Glibc.send(descriptor, text, text.utf8.count, linux_no_signal)
    }
}

/// Lets this process open so many descriptors, if it may.
func raiseDescriptorLimit(to count: Int) throws {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    guard limit.rlim_cur < count else { return }
    limit.rlim_cur = rlim_t(count)
    limit.rlim_max = max(limit.rlim_max, rlim_t(count))
    guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
        throw HTTPError.system("allowing \(count) descriptors")
    }
}
