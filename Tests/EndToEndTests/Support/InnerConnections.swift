import FleetModel
import RelocateTesting
import Testing

/// What becomes of connections that processes of a container make to each other, and that nobody has accepted when a move
/// comes: both of their ends are in the container, but the one that waits in the listener's queue belongs to no process.
enum InnerConnections {
    /// Listeners of each kind. A client of each says nothing and waits for an answer, and `told` says what came of it.
    private static let program = """
        import errno, random, struct
        probe = socket.socket(2, 2)
        own = socket.inet_ntoa(fcntl.ioctl(probe.fileno(), 0x8915, struct.pack("256s", b"eth0"))[20:24])
        kinds = {
            "loopback": (2, ("127.0.0.1", 9100)), "own address": (2, (own, 9101)), "half-closed": (2, ("127.0.0.1", 9102)),
            "version 6": (10, ("::1", 9103)), "mapped": (10, ("::ffff:127.0.0.1", 9104)), "unix": (1, "\\0inner"),
        }
        def listen(kind):
            family, address = kinds[kind]
            listener = socket.socket(family); listener.setsockopt(1, 2, 1); listener.bind(address); listener.listen(50); return listener
        def exists(kind):
            try: listen(kind).close(); return True
            except OSError: return False
        kinds = {kind: kinds[kind] for kind in kinds if exists(kind)}  # Docker's have no ::1.
        def ask(kind, words=b""):
            family, address = kinds[kind]
            try:
                with socket.socket(family) as client:
                    try: client.connect(address)
                    except OSError as error:  # It was under way when the move came, and is made.
                        if error.errno != errno.EISCONN: raise
                    if words: client.sendall(words)
                    if kind == "half-closed": client.shutdown(1)
                    answer = b"".join(iter(lambda: client.recv(100), b""))
                return answer.decode() or "nothing"
            except OSError as error: return errno.errorcode[error.errno]
        """

    /// Nobody is accepted, and a client of each kind waits.
    private static let stuck = """
        \(program)
        gate = threading.Event(); told = {}
        def answer(listener):
            gate.wait()
            while True: client, _ = listener.accept(); client.sendall(b"answer"); client.close()
        def wait(kind): told[kind] = ask(kind)
        def enter():
            for kind in kinds: threading.Thread(target=wait, args=(kind,), daemon=True).start()
        for kind in kinds: threading.Thread(target=answer, args=(listen(kind),), daemon=True).start()
        def waiting():
            lines = [line.split() for name in ("tcp", "tcp6") for line in open("/proc/net/" + name)]
            return sum(int(line[4].split(":")[1], 16) for line in lines if line[3] == "0A")
        """

    /// The policy says what becomes of those who wait in the container itself, too. Nobody hangs.
    static func areCutOff(in lab: TestLab) async throws {
        for rule in AcceptQueueRule.allCases {
            try await lab.setAcceptQueue(rule, seconds: 0.3)
            do {
                try await PythonScene.play("inner", in: lab, prologue: stuck) { scene in
                    #expect(try await scene.ask("enter()") == "null")
                    try await eventually("all wait") { try await scene.ask("waiting() == len(kinds) - 1") == "true" }
                    let relocation = try await lab.api.move(scene.name, to: try HostName("host2"))
                    switch rule {
                    case .reset:
                        #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
                        try await eventually("each was told", within: .seconds(20)) {
                            try await scene.ask("len(told) == len(kinds) - 1") == "true"
                        }
                        // Who has closed its half says so once more when it is restored, and is told that nobody listens.
                        let others = "set(told.values()) - {'ECONNABORTED', 'ECONNRESET'}"
                        #expect(try await scene.ask("sorted(\(others))") == "[]")
                    case .wait:
                        #expect(relocation.state == .failed)
                        #expect(relocation.failure?.code == .clientsWaiting)
                    }
                    #expect(try await scene.ask("gate.set()") == "null")
                    try await eventually("whoever still waits is answered", within: .seconds(20)) {
                        try await scene.ask("len(told) == len(kinds)") == "true"
                    }
                    #expect(try await scene.ask("told['unix']") == #""answer""#, "CRIU carries these")
                    if rule == .wait { #expect(try await scene.ask("set(told.values()) == {'answer'}") == "true") }
                    #expect(try await scene.ask("sorted({ask(kind) for kind in kinds})") == #"["answer"]"#)
                }
            } catch {
                try await lab.setAcceptQueue(.reset, seconds: 30)
                throw error
            }
        }
        try await lab.setAcceptQueue(.reset, seconds: 30)
    }

    /// Everybody is accepted, but slowly, and clients of each kind come all the time.
    private static let busy = """
        \(program)
        told = {}
        def answer(kind, listener):
            while True:
                client, _ = listener.accept(); time.sleep(0.002)
                if kind == "unix": client.recv(100)
                client.sendall(b"answer"); client.close()
        def come(kind, number):
            while True:
                time.sleep(random.random() * 0.03)
                told.setdefault((kind, number), []).append(ask(kind, b"words" if kind == "unix" else b""))
        for kind in kinds:
            threading.Thread(target=answer, args=(kind, listen(kind)), daemon=True).start()
            for number in range(2): threading.Thread(target=come, args=(kind, number), daemon=True).start()
        """

    /// Clients that come at the wrong moment are waited for; and whatever becomes of a move, none hangs.
    static func areCarriedOrWaitedFor(moves: Int, in lab: TestLab) async throws {
        try await lab.setAcceptQueue(.wait, seconds: 30)
        do {
            try await PythonScene.play("bustling", in: lab, prologue: busy) { scene in
                var completed = 0
                for number in 1...moves {
                    let relocation = try await lab.api.move(scene.name, to: try HostName("host\(number % 3 + 1)"))
                    if relocation.state == .completed {
                        completed += 1
                    } else {
                        #expect(relocation.failure?.code == .clientsWaiting, "\(relocation)")
                    }
                    let mark = "globals().update(before={key: len(told[key]) for key in told})"
                    #expect(try await scene.ask(mark) == "null")
                    try await eventually("every client goes on", within: .seconds(20)) {
                        let goOn =
                            "len(before) == 2 * len(kinds) and min(len(told[key]) - before[key] for key in before) > 0"
                        return try await scene.ask(goOn) == "true"
                    }
                }
                #expect(completed > moves / 2)
                let others = "[[key, one] for key in told for one in told[key] if one != 'answer']"
                let told = try await scene.ask(others)
                #expect(told == "[]")
            }
        } catch {
            try await lab.setAcceptQueue(.reset, seconds: 30)
            throw error
        }
        try await lab.setAcceptQueue(.reset, seconds: 30)
    }

    /// A hundred connections, half of them to the container's own address. Of half of them the end that was closed has the
    /// lower number, so that whichever end is restored first, it is in some of them the one whose peer has ended its half.
    private static let halfClosed = """
        \(program)
        def pair(address, swaps):
            listener = socket.socket(); listener.bind((address, 0)); listener.listen(1)
            client = socket.create_connection(listener.getsockname(), 20); server, _ = listener.accept()
            if swaps: lower = client; client = lower.dup(); lower.close(); client.settimeout(20)
            listener.close(); client.shutdown(1); server.recv(1)
            return client, server
        pairs = [pair(address, swaps) for address in ("127.0.0.1", own) for swaps in (False, True) for _ in range(25)]
        def asked(client, server):
            try: server.sendall(b"word"); return client.recv(4, 0x100) == b"word"
            except OSError: return False
        """

    /// They go on, wherever the container is restored, also where it was.
    static func areHalfClosed(in lab: TestLab) async throws {
        try await PythonScene.play("introvert", in: lab, prologue: halfClosed) { scene in
            let goOn = "sum(asked(*pair) for pair in pairs)"
            for host in ["host2", "host3"] {
                try await scene.move(to: host)
                #expect(try await scene.ask(goOn) == "100")
            }
            let fault = Faults.Fault.restore(try HostName("host1"))
            try lab.faults.begin(fault)
            let failed = try await lab.api.move(scene.name, to: try HostName("host1"))
            lab.faults.end(fault)
            #expect(failed.state == .rolledBack)
            #expect(try await scene.ask(goOn) == "100")
        }
    }

    /// Pairs of threads that are connected to each other, and of which each checks every byte of the other: both write and
    /// read, or one has ended its half, with much unsent or with nothing, or both have.
    private static let pairs = """
        \(program)
        import hashlib
        families = [(2, "127.0.0.1"), (2, own)] + ([(10, "::1")] if "version 6" in kinds else [])
        wrong = []; ended = []; over = threading.Event()
        def stream(seed, name, count): return hashlib.shake_128(f"{seed} {name}".encode()).digest(count)
        def give(end, data):
            while data:
                count = random.randint(1, 60000); end.sendall(data[:count]); data = data[count:]
                if random.random() < 0.05: time.sleep(random.random() * 0.1)
        def take(end, data, last=False):
            got = b""
            while len(got) < len(data) + last:
                part = end.recv(random.randint(1, 60000))
                if not part: break
                got += part
                if random.random() < 0.05: time.sleep(random.random() * 0.1)
            if got != data: raise OSError(f"{len(got)} bytes, some of them not the right ones")
        def both(end, mine, theirs):
            writer = threading.Thread(target=give, args=(end, mine)); writer.start(); take(end, theirs); writer.join()
        def unsent(end, mine, theirs):
            end.setsockopt(1, 7, 2000000); end.sendall(mine); end.shutdown(1); take(end, theirs[:2])
        def slow(end, mine, theirs): time.sleep(random.random()); take(end, theirs, True); end.sendall(mine[:2])
        def asks(end, mine, theirs): end.shutdown(1); take(end, theirs)
        def answers(end, mine, theirs): end.recv(1); time.sleep(random.random()); give(end, mine)
        def ends(end, mine, theirs): end.sendall(mine[:9]); end.shutdown(1); time.sleep(random.random()); take(end, theirs[:9], True)
        scripts = [(both, both), (unsent, slow), (asks, answers), (ends, ends)]
        def play(script, end, seed, mine, theirs):
            try: script(end, stream(seed, mine, 300000), stream(seed, theirs, 300000))
            except OSError as error: wrong.append(f"{script.__name__} {end}: {error}")
        def come():
            while not over.is_set():
                family, address = random.choice(families); scripted = random.choice(scripts); seed = random.random()
                listener = socket.socket(family); listener.bind((address, 0)); listener.listen(1); client = socket.socket(family)
                try: client.connect(listener.getsockname())
                except OSError as error:
                    if error.errno != errno.EISCONN: wrong.append(f"connect: {error}"); continue
                server, _ = listener.accept(); listener.close()
                sides = [(client, "one", "other"), (server, "other", "one")]; random.shuffle(sides)
                players = [threading.Thread(target=play, args=(script, end, seed, mine, theirs))
                           for script, (end, mine, theirs) in zip(scripted, sides)]
                for player in players: player.start()
                for player in players: player.join()
                ended.append(seed)
        comers = [threading.Thread(target=come) for _ in range(16)]
        for comer in comers: comer.start()
        def running(): over.set(); return sum(comer.is_alive() for comer in comers)
        """

    /// Every byte comes, once and in order, and every end.
    static func areWhole(moves: Int, in lab: TestLab) async throws {
        try await PythonScene.play("talkative", in: lab, prologue: pairs) { scene in
            for number in 1...moves {
                try await scene.move(to: "host\(number % 3 + 1)")
                let before = try await scene.ask("len(ended)")
                try await eventually("some more are through", within: .seconds(20)) {
                    try await scene.ask("len(ended) > \(before) + 10") == "true"
                }
            }
            try await eventually("none hangs", within: .seconds(20)) { try await scene.ask("running()") == "0" }
            #expect(try await scene.ask("wrong") == "[]")
        }
    }
}
