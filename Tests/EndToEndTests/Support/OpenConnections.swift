import FleetAPI
import FleetModel
import Glibc
import HostAgent
import RelocateTesting
import SystemSupport
import Testing

/// What becomes of connections that a move meets at a bad moment, the same for each runtime.
enum OpenConnections {
    /// One thread that serves all: a line is given back; `big` is answered with a mebibyte, as far as the client reads.
    private static let busyServer = """
        import selectors
        listener = socket.socket(); listener.setsockopt(1, 2, 1); listener.bind(("0.0.0.0", 9000)); listener.listen(1000)
        listener.setblocking(False); all = selectors.DefaultSelector(); all.register(listener, 1)
        def flush(client, rest):
            try:
                while rest[0]: rest[0] = rest[0][client.send(rest[0]):]
            except BlockingIOError: pass
            all.modify(client, 3 if rest[0] else 1, rest)
        while True:
            for key, events in all.select():
                if key.data is None:
                    client, _ = listener.accept(); client.setblocking(False); all.register(client, 1, [b""]); continue
                try:
                    if events & 1:
                        line = key.fileobj.recv(1000)
                        if not line: all.unregister(key.fileobj); key.fileobj.close(); continue
                        key.data[0] += b"y" * (1 << 20) if line == b"big\\n" else line
                    flush(key.fileobj, key.data)
                except OSError: all.unregister(key.fileobj); key.fileobj.close()
        """

    /// Connections whose clients do not read have something to send as soon as they are restored. Busy ones beside them
    /// must not notice, and the others get every byte in the end.
    static func unread(_ count: Int, moves: Int, in lab: TestLab) async throws {
        try await PythonScene.play("unread", in: lab, prologue: busyServer) { scene in
            let address = try #require(scene.container.virtualAddress)
            var lazy: [Connection] = []
            for _ in 0..<count {
                let connection = try await Connection.open(in: lab.outside, to: address, port: PythonScene.port)
                try connection.write("big\n")
                lazy.append(connection)
            }
            var lines: [Connection] = []
            for _ in 0..<50 {
                lines.append(try await Connection.open(in: lab.outside, to: address, port: PythonScene.port))
            }
            let talking = Conversation { [lines] number in
                for line in lines { try line.write("\(number)\n") }
                for line in lines where try line.readLine() != "\(number)" {
                    throw ConnectionBroken(description: "not \(number)")
                }
            }
            try await talking.goesOn()
            for number in 0..<moves {
                try await scene.move(to: lab.plan.hostNames[(number + 1) % lab.plan.hostNames.count])
                try await talking.goesOn(by: 2)
            }
            try await talking.end()
            let unread = lazy
            let whole = try await onOwnThread {
                try unread.filter { try $0.read(1 << 20).allSatisfy { $0 == UInt8(ascii: "y") } }.count
            }
            #expect(whole == count)
        }
    }

    /// A server that has accepted one client and takes the next only when that one says so.
    private static let gatedServer = """
        gate = threading.Event(); first = True
        class Gated(socket.socket):
            def accept(self):
                global first
                if not first: gate.wait()
                first = False
                return super().accept()
        socket.socket = Gated
        """

    /// Clients in the accept queue, each of which has sent a line.
    private static func queue(_ count: Int, at scene: PythonScene) async throws -> [Connection] {
        let address = try #require(scene.container.virtualAddress)
        var waiting: [Connection] = []
        for number in 0..<count {
            let connection = try await Connection.open(
                in: scene.lab.outside, to: address, port: PythonScene.port, patience: 20)
            try connection.write("\(number)\n")
            waiting.append(connection)
        }
        return waiting
    }

    /// The move waits until the program has accepted everybody.
    static func acceptQueueIsWaitedFor(in lab: TestLab) async throws {
        try await PythonScene.play("slow", in: lab, prologue: gatedServer) { scene in
            let waiting = try await queue(20, at: scene)
            async let moved: Void = scene.move(to: "host2")
            try await eventually("the move waits for the accept queue") {
                let steps = try await lab.api.lastRelocation(of: scene.name)?.steps ?? []
                return steps.last?.kind == .settle && steps.last?.state == .sent
            }
            // What is open goes on meanwhile, and is what lets the others in.
            #expect(try await scene.ask("gate.set()") == "null")
            try await moved
            for (number, connection) in waiting.enumerated() {
                #expect(try await onOwnThread { try connection.readLine() } == "\(number)")
            }
            #expect(try await scene.ask("6 * 7") == "42")
        }
    }

    /// The policy says how long, and what then: they are reset, or the move is given up. Nobody hangs.
    static func acceptQueueIsCutOff(in lab: TestLab) async throws {
        for rule in AcceptQueueRule.allCases {
            try await lab.setAcceptQueue(rule, seconds: 0.3)
            do {
                try await PythonScene.play("stuck", in: lab, prologue: gatedServer) { scene in
                    let waiting = try await queue(20, at: scene)
                    let relocation = try await lab.api.move(scene.name, to: try HostName("host2"))
                    switch rule {
                    case .reset:
                        #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
                        for connection in waiting {
                            let answer = await Result { try await onOwnThread { try connection.readLine() } }
                            #expect("\(answer)".contains("reset by peer"), "\(answer)")
                        }
                    case .wait:
                        #expect(relocation.state == .failed)
                        #expect(relocation.failure?.code == .clientsWaiting)
                        #expect(relocation.failure?.message.contains("20 clients") == true)
                        #expect(!relocation.steps.contains { $0.kind == .steer }, "nobody's packets were held")
                    }
                    #expect(try await scene.ask("gate.set()") == "null")
                    for (number, connection) in waiting.enumerated() where rule == .wait {
                        #expect(try await onOwnThread { try connection.readLine() } == "\(number)")
                    }
                    // Who comes now is served.
                    let late = try await queue(1, at: scene)
                    #expect(try await onOwnThread { try late[0].readLine() } == "0")
                }
            } catch {
                try await lab.setAcceptQueue(.reset, seconds: 30)
                throw error
            }
            try await lab.setAcceptQueue(.reset, seconds: 30)
        }
    }

    /// A server that gives everybody two megabytes and closes at once; the first line says who.
    private static let closingServer = """
        def give(client):
            line = client.makefile("r").readline()
            if line == "give\\n":
                client.setsockopt(1, 7, 4 << 20); client.sendall(bytes(n % 251 for n in range(2000000))); client.close()
            else: serve(client, line)
        def serve(client, line):
            while line:
                client.sendall(json.dumps(eval(line)).encode() + b"\\n"); line = client.makefile("r").readline()
        listener = socket.socket(); listener.setsockopt(1, 2, 1); listener.bind(("0.0.0.0", 9000)); listener.listen(50)
        while True: client, _ = listener.accept(); threading.Thread(target=give, args=(client,), daemon=True).start()
        """

    /// A connection that the server has closed, with most of its data still to be sent, belongs to no process.
    static func closing(in lab: TestLab) async throws {
        try await PythonScene.play("giver", in: lab, prologue: closingServer) { scene in
            let address = try #require(scene.container.virtualAddress)
            let reader = try await Connection.open(
                in: lab.outside, to: address, port: PythonScene.port, room: 20_000)
            try reader.write("give\n")
            var bytes = try await onOwnThread { try reader.read(1000) }
            for host in ["host2", "host1", "host3"] {
                try await scene.move(to: host)
                bytes += try await onOwnThread { try reader.read(100_000) }
            }
            let relocations = try await lab.api.send(.get, "/v1/relocations?container=\(scene.name)")
                .decode(ListView<Relocation>.self).items
            let parted = relocations.filter { $0.closing != nil }
            #expect(parted.count == 1, "it stays where it was closed")
            #expect(parted.first?.steps.first { $0.kind == .part }?.state == .succeeded)
            let left = 2_000_000 - bytes.count
            bytes += try await onOwnThread { try reader.read(left) }
            #expect(bytes.enumerated().allSatisfy { $0.element == UInt8($0.offset % 251) })
            let end = await Result { try await onOwnThread { try reader.read(1) } }
            #expect("\(end)".contains("the peer has closed the connection"), "\(end)")
        }
    }

    /// A server that talks with its first client, and keeps all others without reading from them.
    static let keepingServer = """
        kept = []
        class Keeping(socket.socket):
            def accept(self):
                client, address = super().accept()
                while kept:
                    kept.append(client); client, address = super().accept()
                kept.append(self); return client, address
        socket.socket = Keeping
        """

    /// A connection that its client has reset, and the server still has, keeps its address: it cannot be restored
    /// without.
    static func over(in lab: TestLab) async throws {
        try await PythonScene.play("keeper", in: lab, prologue: keepingServer) { scene in
            let virtual = try #require(scene.container.virtualAddress)
            try await scene.move(to: "host2")
            let address = try #require(try await lab.api.container(scene.name).address)
            var connection: Connection? = try await Connection.open(
                in: lab.outside, to: virtual, port: PythonScene.port)
            try connection?.write("unread\n")
            connection?.resetAtTheEnd()
            let waiting = "([time.sleep(0.01) for _ in range(500) if len(kept) < 2], len(kept))[1]"
            #expect(try await scene.ask(waiting) == "2")
            connection = nil
            try await scene.move(to: "host3")
            let idle = try #require(try await lab.api.container(scene.name).address)
            try await scene.move(to: "host1")
            try await eventually("the host has looked, and given up what nobody uses") {
                try await !lab.api.container(scene.name).retainedAddresses.contains(idle)
            }
            #expect(try await lab.api.container(scene.name).retainedAddresses.contains(address))
            for host in ["host2", "host3"] { try await scene.move(to: host) }
            #expect(try await scene.ask("len(kept)") == "2")
        }
    }

    /// A client that does not scale windows is told after a move of as much room as before, and what it sends arrives.
    static func unscaled(in lab: TestLab) async throws {
        try await PythonScene.play("unscaled", in: lab, prologue: "") { scene in
            let connection = try await Connection.open(
                in: lab.outside, to: try #require(scene.container.virtualAddress), port: PythonScene.port,
                scaling: false)
            func tell() async throws {
                let question = "len('\(String(repeating: "x", count: 1 << 20))')\n"
                let answer = try await onOwnThread {
                    try connection.write(question)
                    return try connection.readLine()
                }
                #expect(answer == "\(1 << 20)")
            }
            try await tell()
            let window = try connection.peersWindow()
            #expect(window > 10_000)
            for host in ["host2", "host1"] {
                try await scene.move(to: host)
                try await tell()
                #expect(try connection.peersWindow() > window / 2)
            }
        }
    }

    /// A server that talks with its first client, and keeps all others without reading from them; it can tell how much room
    /// the last one has (`tcpi_snd_wnd`).
    private static let measuringServer = """
        import struct
        \(keepingServer)
        def room(): return struct.unpack_from("I", kept[-1].getsockopt(6, 11, 232), 228)[0]
        def state(): return kept[-1].getsockopt(6, 11, 1)[0]
        """

    /// What a client has said of its room stays true when it has ended its half.
    static func endedByClient(in lab: TestLab) async throws {
        try await PythonScene.play("measuring", in: lab, prologue: measuringServer) { scene in
            let connection = try await Connection.open(
                in: lab.outside, to: try #require(scene.container.virtualAddress), port: PythonScene.port)
            try connection.write(String(repeating: "x", count: 3000))
            connection.endWriting()
            let closeWait = "8"
            let waiting = "[time.sleep(0.01) for _ in range(500) if len(kept) < 2 or state() != \(closeWait)]"
            #expect(try await scene.ask("(\(waiting), len(kept))[1]") == "2")
            #expect(try await scene.ask("state()") == closeWait)
            let room = try await scene.ask("room()")
            for host in ["host2", "host1"] {
                try await scene.move(to: host)
                #expect(try await scene.ask("state()") == closeWait)
                #expect(try await scene.ask("room()") == room)
            }
            // All of an answer that takes several windows comes.
            let sending = "threading.Thread(target=kept[-1].sendall, args=(b'y' * (1 << 20),)).start()"
            #expect(try await scene.ask(sending) == "null")
            let answer = try await onOwnThread { try connection.read(1 << 20) }
            #expect(answer.allSatisfy { $0 == UInt8(ascii: "y") })
        }
    }

    /// A server that listens on its interface's own address only, which changes with each move.
    private static let boundServer = """
        import struct
        probe = socket.socket(2, 2)
        own = socket.inet_ntoa(fcntl.ioctl(probe.fileno(), 0x8915, struct.pack("256s", b"eth0"))[20:24])
        class Bound(socket.socket):
            def bind(self, address): super().bind((own, address[1]))
        socket.socket = Bound
        """

    /// New connections reach a listener that is bound to an address of an earlier host.
    static func boundListener(in lab: TestLab) async throws {
        try await PythonScene.play("bound", in: lab, prologue: boundServer) { scene in
            let address = try #require(scene.container.virtualAddress)
            var kept = [scene.connection]
            for host in ["host2", "host3", "host1", "host2"] {
                try await scene.move(to: host)
                kept.append(try await Connection.open(in: lab.outside, to: address, port: PythonScene.port))
                for connection in kept {
                    let answer = try await onOwnThread {
                        try connection.write("own\n")
                        return try connection.readLine()
                    }
                    #expect(answer == "\"\(try #require(scene.container.address))\"")
                }
            }
        }
    }
}

extension TestLab {
    /// Sets what the fleet's policy says of clients that nobody accepts.
    func setAcceptQueue(_ rule: AcceptQueueRule, seconds: Double) async throws {
        _ = try await EndToEndTests.execute([
            Requirements.executable, "policy", "set", "--server", "http://127.0.0.1:\(plan.port)", "--accept-queue",
            rule.rawValue, "--accept-seconds", "\(seconds)",
        ])
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous call gives.
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
