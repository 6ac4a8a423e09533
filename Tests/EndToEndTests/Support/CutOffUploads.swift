import FleetModel
import HostAgent
import RelocateTesting
import SystemSupport
import Testing

/// What a server reads that looks at its clients' connections only after a move, when they have long been broken off, or ended.
enum CutOffUploads {
    /// The server that keeps its clients, and connections that a process makes to itself, and breaks off.
    private static let program = """
        import errno, struct
        plain = socket.socket
        \(OpenConnections.keepingServer)
        probe = plain(2, 2)
        own = socket.inet_ntoa(fcntl.ioctl(probe.fileno(), 0x8915, struct.pack("256s", b"eth0"))[20:24])
        def inner(address, count=1):
            listener = plain(); listener.bind((address, 0)); listener.listen(1); servers = []; name = (address, 0)
            for _ in range(count):
                client = plain(); client.setsockopt(1, 2, 1); client.bind(name); name = client.getsockname()
                client.connect(listener.getsockname()); servers.append(listener.accept()[0]); client.sendall(b"x" * 5000)
                client.setsockopt(1, 13, struct.pack("ii", 1, 0)); client.close()
            listener.close(); return servers
        def over(client): poll = select.poll(); poll.register(client, 0); return bool(poll.poll(0))
        def told(client):
            got = 0
            try:
                while part := client.recv(1000): got += len(part)
                return [got, "end"]
            except OSError as error: return [got, errno.errorcode[error.errno]]
        inners = [server for address in ("127.0.0.1", own) for _ in range(3) for server in inner(address)]
        """

    /// What was cut off reads as cut off after whatever was received of it, and what was ended as ended: after a move, after
    /// two, and where a container goes on at the host that it could not leave.
    static func areTold(in lab: TestLab) async throws {
        try await PythonScene.play("uploads", in: lab, prologue: program) { scene in
            let address = try #require(scene.container.virtualAddress)
            for number in 1...6 {
                let client = try await Connection.open(in: lab.outside, to: address, port: PythonScene.port)
                try client.write([UInt8](repeating: 7, count: 5000))
                try await eventually("it is accepted") { try await scene.ask("len(kept)") == "\(number + 1)" }
                if number % 2 == 1 {
                    client.resetAtTheEnd()
                } else {
                    client.endWriting()
                    #expect(try await scene.ask("kept[-1].shutdown(1)") == "null")
                    let end = await Result { try await onOwnThread { try client.read(1) } }
                    #expect("\(end)".contains("the peer has closed the connection"), "\(end)")
                }
            }
            try await eventually("all are over") {
                try await scene.ask("all(over(client) for client in kept[1:] + inners)") == "true"
            }
            func check(_ round: Int) async throws {
                let (cutOff, ended) = (#"[5000, "ECONNRESET"]"#, #"[5000, "end"]"#)
                #expect(try await scene.ask("told(kept[\(2 * round + 1)])") == cutOff)
                #expect(try await scene.ask("told(kept[\(2 * round + 2)])") == ended)
                #expect(try await scene.ask("told(inners[\(round)])") == cutOff)
                #expect(try await scene.ask("told(inners[\(round + 3)])") == cutOff)
            }
            for (round, host) in ["host2", "host3"].enumerated() {
                try await scene.move(to: host)
                try await check(round)
            }
            // Only one of several connections with the same ends could be open, but all that came is there.
            #expect(try await scene.ask("globals().update(twice=inner('127.0.0.1', 2))") == "null")
            try await scene.move(to: "host1")
            #expect(try await scene.ask("[told(client)[0] for client in twice]") == "[5000, 5000]")

            let fault = Faults.Fault.restore(try HostName("host2"))
            try lab.faults.begin(fault)
            let failed = try await lab.api.move(scene.name, to: try HostName("host2"))
            lab.faults.end(fault)
            #expect(failed.state == .rolledBack)
            try await check(2)
        }
    }
}
