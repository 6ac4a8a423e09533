import Crypto
import FleetModel
import HostAgent
import RelocateTesting
import Synchronization
import SystemSupport
import Testing

extension EndToEnd {
    @Suite("Programs that move")
    struct Services {
        @Test("Redis counts on through ten moves: one connection, no increment lost or repeated")
        func redis() async throws {
            let lab = try TestLab.shared
            try await lab.play("counter", image: "redis", port: 6379) { container, connection in
                let counting = Conversation { number in
                    try connection.write("*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n")
                    let answer = try connection.readLine()
                    guard answer == ":\(number)" else {
                        throw ConnectionBroken(description: "increment \(number) was answered '\(answer)'")
                    }
                }
                let count = try await lab.tour(container, moves: 10, during: counting)
                try connection.write("*2\r\n$3\r\nGET\r\n$1\r\nn\r\n")
                let length = try connection.readLine()
                #expect(try (length, connection.readLine()) == ("$\(String(count).count)", "\(count)"))
            }
        }

        @Test("nginx answers all requests of one connection through five moves")
        func web() async throws {
            let lab = try TestLab.shared
            try await lab.play("site", image: "web", port: 80) { container, connection in
                let page = Mutex<[UInt8]?>(nil)
                let reading = Conversation { number in
                    try connection.write("GET / HTTP/1.1\r\nHost: site\r\n\r\n")
                    let status = try connection.readLine()
                    guard status == "HTTP/1.1 200 OK" else {
                        throw ConnectionBroken(description: "request \(number) was answered '\(status)'")
                    }
                    var length = 0
                    while true {
                        let line = try connection.readLine().lowercased()
                        if line.isEmpty { break }
                        if line.hasPrefix("content-length: ") { length = Int(line.dropFirst(16)) ?? 0 }
                        if line == "connection: close" { throw ConnectionBroken(description: "nginx hangs up") }
                    }
                    let content = try connection.read(length)
                    let isSame = page.withLock { page in
                        if page == nil { page = content }
                        return page == content && !content.isEmpty
                    }
                    guard isSame else { throw ConnectionBroken(description: "page \(number) differs") }
                }
                try await lab.tour(container, moves: 5, during: reading)
            }
        }

        @Test("a container's download from outside goes on while it is moved, and arrives whole")
        func download() async throws {
            let lab = try TestLab.shared
            let server = try await SlowServer.start(in: lab.outside, port: 8000)
            let command = "wget -q -O - http://198.51.100.2:8000/file | sha256sum; while :; do sleep 1000; done"
            let container = try await lab.create(
                "loader", image: "busybox", command: ["sh", "-c", command], on: "host1")
            var random = SeededGenerator(seed: 7)
            let file = (0..<(3 << 20)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let connection = try await server.accept()
            _ = try connection.readLine()
            try connection.write("HTTP/1.0 200 OK\r\nContent-Length: \(file.count)\r\n\r\n")
            // A piece is always on its way when the container moves.
            for (number, start) in stride(from: 0, to: file.count, by: file.count / 6).enumerated() {
                async let sent: Void = onOwnThread {
                    try connection.write(Array(file[start..<(start + file.count / 6)]))
                }
                let relocation = try await lab.api.move(container.name, to: try HostName("host\((number + 1) % 3 + 1)"))
                #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
                try await sent
            }
            connection.hangUp()
            let sum = SHA256.hash(data: file).map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
            try await eventually("the download is whole") {
                try await lab.api.send(.get, "/v1/containers/loader/logs").body.hasPrefix(sum)
            }
            try await lab.remove(container.name)
        }
    }
}

extension TestLab {
    /// Runs a test with a container of an image and one connection to it.
    fileprivate func play(
        _ name: String, image: String, port: UInt16, _ body: (ContainerName, Connection) async throws -> Void
    ) async throws {
        let container = try await create(name, image: image, port: port, on: "host1")
        do {
            let address = try #require(container.virtualAddress)
            try await body(container.name, try await Connection.open(in: outside, to: address, port: port))
        } catch {
            try? await remove(container.name)
            throw error
        }
        try await remove(container.name)
    }

    /// Moves a container around the hosts while a conversation goes on.
    /// - Returns: how many exchanges there were.
    @discardableResult
    fileprivate func tour(_ container: ContainerName, moves: Int, during conversation: Conversation) async throws -> Int
    {
        do {
            for number in 1...moves {
                let relocation = try await api.move(container, to: try HostName("host\(number % 3 + 1)"))
                #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
                try await conversation.goesOn()
            }
        } catch {
            await conversation.stop()
            throw error
        }
        return try await conversation.end()
    }
}
