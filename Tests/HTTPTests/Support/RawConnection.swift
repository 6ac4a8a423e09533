import CLinux
import Foundation

@testable import HTTP

/// A blocking socket that sends and receives bytes as a test wants them. Every read has a limit of time.
final class RawConnection {
    struct Failure: Error {
        var text: String
    }

    struct Reply {
        var status: Int
        var fields: [String: String]
        var content: [UInt8]
        var text: String { String(decoding: content, as: UTF8.self) }
    }

    let descriptor: Int32
    private var buffer: [UInt8] = []
    private(set) var hasEnded = false

    private let target: SocketAddress

    /// Makes a socket, and connects it unless the test wants to do so later.
    init(_ address: ListenAddress, receiveBuffer: Int32? = nil, connecting: Bool = true) throws {
        switch address {
        case .tcp(let host, let port, _):
            guard let first = try SocketAddress.resolve(host: host, port: port, passive: false).first else {
                throw Failure(text: "no address")
            }
            target = first
        case .unix(let path, _):
            target = try .unix(path)
        }
        descriptor = socket(target.family, Int32(SOCK_STREAM.rawValue) | linux_close_on_exec, 0)
        guard descriptor >= 0 else { throw SystemError(number: errno) }
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        if connecting { try connect() }
    }

    func connect() throws {
        guard target.withSockAddr({ Glibc.connect(descriptor, $0, $1) }) == 0 else { throw SystemError(number: errno) }
    }

    deinit {
        Glibc.close(descriptor)
    }

    func send(_ text: String) {
        send(Array(text.utf8))
    }

    /// Sends all bytes, or as many as the server takes before it closes.
    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let result = bytes.withUnsafeBytes { raw in
                Glibc.send(descriptor, raw.baseAddress?.advanced(by: sent), raw.count - sent, linux_no_signal)
            }
            guard result > 0 else { return }
            sent += result
        }
    }

    func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Reads one reply. The content ends by its length, its chunks or the connection.
    func reply(toHead isHead: Bool = false, within seconds: Double = 60) throws -> Reply {
        let deadline = Date(timeIntervalSinceNow: seconds)
        let end = try read(until: deadline) { Self.index(of: "\r\n\r\n", in: $0) }
        let lines = String(decoding: buffer[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        buffer.removeFirst(end + 4)
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failure(text: "no status line: \(lines[0])")
        }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw Failure(text: "bad field: \(line)") }
            fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        var content: [UInt8] = []
        if isHead || status == 204 || status == 304 || status < 200 {
        } else if let length = fields["content-length"].flatMap({ Int($0) }) {
            content = try take(length, until: deadline)
        } else if fields["transfer-encoding"] == "chunked" {
            while true {
                let chunk = try chunk(until: deadline)
                if chunk.isEmpty { break }
                content += chunk
            }
        } else {
            content = try rest(until: deadline)
        }
        return Reply(status: status, fields: fields, content: content)
    }

    /// Reads a head only.
    func head(within seconds: Double = 60) throws -> String {
        let end = try read(until: Date(timeIntervalSinceNow: seconds)) { Self.index(of: "\r\n\r\n", in: $0) }
        defer { buffer.removeFirst(end + 4) }
        return String(decoding: buffer[..<end], as: UTF8.self)
    }

    /// Reads one chunk; empty at the end.
    func chunk(within seconds: Double = 60) throws -> [UInt8] {
        try chunk(until: Date(timeIntervalSinceNow: seconds))
    }

    private func chunk(until deadline: Date) throws -> [UInt8] {
        let end = try read(until: deadline) { Self.index(of: "\r\n", in: $0) }
        guard let size = Int(String(decoding: buffer[..<end], as: UTF8.self), radix: 16) else {
            throw Failure(text: "bad chunk size")
        }
        buffer.removeFirst(end + 2)
        let chunk = try take(size, until: deadline)
        guard try take(2, until: deadline) == [13, 10] else { throw Failure(text: "a chunk is not closed") }
        return chunk
    }

    /// Everything up to the end of the connection.
    func rest(within seconds: Double = 60) throws -> [UInt8] {
        try rest(until: Date(timeIntervalSinceNow: seconds))
    }

    private func rest(until deadline: Date) throws -> [UInt8] {
        while !hasEnded { try receive(until: deadline) }
        defer { buffer = [] }
        return buffer
    }

    private func take(_ count: Int, until deadline: Date) throws -> [UInt8] {
        _ = try read(until: deadline) { $0.count >= count ? 0 : nil }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private func read(until deadline: Date, _ find: ([UInt8]) -> Int?) throws -> Int {
        while true {
            if let index = find(buffer) { return index }
            guard !hasEnded else {
                throw Failure(
                    text: "the connection ended after '\(String(decoding: buffer.prefix(200), as: UTF8.self))'")
            }
            try receive(until: deadline)
        }
    }

    private func receive(until deadline: Date) throws {
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let left = deadline.timeIntervalSinceNow
        guard left > 0, poll(&item, 1, Int32(left * 1000) + 1) > 0 else { throw Failure(text: "nothing came in time") }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        if count > 0 { buffer += bytes[..<count] } else { hasEnded = true }
    }

    private static func index(of text: String, in bytes: [UInt8]) -> Int? {
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return nil }
        return (0...(bytes.count - wanted.count)).first { bytes[$0..<($0 + wanted.count)].elementsEqual(wanted) }
    }
}

/// Runs blocking work on a thread of its own, so that it does not hold up the tasks it waits for.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}
