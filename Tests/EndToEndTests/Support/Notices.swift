import FleetModel
import RelocateTesting
import Testing

/// What a program can notice of a move, the same for each runtime. The table in docs/programs.md says it in words.
enum Notices {
    /// What a process and a thread have asked of the kernel stays.
    static func settings(in lab: TestLab) async throws {
        let prologue = """
            def look():
                status = dict(l.split(":", 1) for l in text("/proc/thread-self/status").splitlines())
                return [sorted(os.sched_getaffinity(0)), os.getpriority(0, 0), os.sched_getscheduler(0),
                    libc.syscall(252, 1, 0), libc.prctl(30, 0, 0, 0, 0), text("/proc/self/oom_score_adj"),
                    text("/proc/self/coredump_filter"), resource.getrlimit(4), resource.getrlimit(7), status["Umask"],
                    os.getcwd(), os.getpid(), libc.syscall(186), os.getsid(0), socket.gethostname(), status["Seccomp"],
                    status["CapBnd"], status["NoNewPrivs"], text("/proc/thread-self/comm")]
            def choose(cpu, nice, io, slack):
                os.sched_setaffinity(0, {cpu}); os.setpriority(0, libc.syscall(186), nice)
                assert libc.syscall(251, 1, 0, io) == 0; libc.prctl(29, slack, 0, 0, 0)
            last = max(os.sched_getaffinity(0)); seen = {}
            resource.setrlimit(4, (1000, 2000)); resource.setrlimit(7, (500, 900)); os.umask(0o27); os.chdir("/tmp")
            def other():
                choose(0, 9, 2 << 13 | 7, 777000); libc.prctl(15, b"other")
                while True: seen["other"] = look(); seen["round"] = seen.get("round", 0) + 1; time.sleep(0.01)
            threading.Thread(target=other, daemon=True).start()
            choose(last, 5, 3 << 13, 123456)
            """
        try await PythonScene.play("settled", in: lab, prologue: prologue) { scene in
            // By a connection's thread, which has what the first thread has given it, and the other one.
            let question =
                "[look(), (seen.pop('other', None), [time.sleep(0.01) for _ in range(5000) if 'other' not in seen], "
                + "seen['other'])[2]]"
            let before = try await scene.ask(question)
            for host in ["host2", "host3"] { try await scene.move(to: host) }
            let after = try await scene.ask(question)
            #expect(after == before)
            #expect(before.contains("123456") && before.contains("777000"), "\(before)")
        }
    }

    /// Calls by which a program could hold its container in place, or look into others, are answered as by a kernel that does
    /// not have them, or as to one without privileges; and what programs need is there.
    static func calls(in lab: TestLab) async throws {
        let prologue = """
            import errno
            def outcome(number, *arguments):
                return "works" if libc.syscall(number, *arguments) >= 0 else errno.errorcode[ctypes.get_errno()]
            def open_socket(family, kind=2, protocol=0):
                try: socket.socket(family, kind, protocol).close()
                except OSError as error: return errno.errorcode[error.errno]
                return "works"
            """
        try await PythonScene.play("narrow", in: lab, prologue: prologue) { scene in
            let unknown = [
                "landlock_create_ruleset": 444, "memfd_secret": 447, "io_uring_setup": 425, "clone3": 435,
            ]
            for (name, number) in unknown {
                #expect(try await scene.ask("outcome(\(number), 0, 0, 0)") == #""ENOSYS""#, "\(name)")
            }
            let privileged = ["ptrace": 101, "unshare": 272, "mount": 165, "bpf": 321, "userfaultfd": 323, "kcmp": 312]
            for (name, number) in privileged {
                #expect(try await scene.ask("outcome(\(number), 0, 0, 0)") == #""EPERM""#, "\(name)")
            }
            // AF_VSOCK, AF_XDP, AF_ALG.
            for family in [40, 44, 38] {
                let kind = family == 44 ? 3 : 1
                #expect(try await scene.ask("open_socket(\(family), \(kind))") != #""works""#, "\(family)")
            }
            #expect(try await scene.ask("open_socket(2, 1, 262)") == #""EPROTONOSUPPORT""#)
            #expect(try await scene.ask("open_socket(2, 3, 1)") == #""EPERM""#, "nobody has asked for raw sockets")
            for family in [1, 2, 10] { #expect(try await scene.ask("open_socket(\(family))") == #""works""#) }
            #expect(try await scene.ask("open_socket(16, 3)") == #""works""#, "routes are asked for with it")
            let begun = "[threading.Thread(target=print).start(), os.waitpid(os.fork() or os._exit(7), 0)[1]]"
            #expect(try await scene.ask(begun) == "[null, 1792]")
            try await scene.move(to: "host2")
            #expect(try await scene.ask("outcome(447, 0, 0, 0)") == #""ENOSYS""#)
        }
    }

    /// Clocks go on, and never back; when a process began does not stay.
    static func clocks(in lab: TestLab) async throws {
        let prologue = """
            def clocks(): return [time.clock_gettime(c) for c in (0, 1, 7)]
            def started(): return int(text("/proc/self/stat").rsplit(")")[1].split()[19])
            first = clocks(); begun = started(); back = []
            def watch():
                last = clocks()
                while True:
                    now = clocks()
                    if any(n < l for n, l in zip(now, last)): back.append([last, now])
                    last = now; time.sleep(0.001)
            threading.Thread(target=watch, daemon=True).start()
            """
        try await PythonScene.play("clocked", in: lab, prologue: prologue) { scene in
            #expect(try await scene.ask("started() == begun") == "true")
            try await scene.move(to: "host2")
            #expect(try await scene.ask("back") == "[]")
            #expect(try await scene.ask("started() > begun") == "true")
            let uptime = "abs(float(text('/proc/uptime').split()[0]) - time.clock_gettime(7)) < 1"
            #expect(try await scene.ask(uptime) == "true")
        }
    }

    /// The ends of an open connection stay what they were; the container has another address for new ones, and another
    /// control group. What the kernel has counted of a connection begins anew.
    static func addresses(in lab: TestLab) async throws {
        let prologue = """
            import struct
            def connections():
                for fd in os.listdir("/proc/self/fd"):
                    try: s = socket.socket(fileno=os.dup(int(fd)))
                    except OSError: continue
                    try: s.getpeername(); yield s
                    except OSError: pass
                    s.close()
            def ends(): return sorted(str([s.getsockname(), s.getpeername()]) for s in connections())
            def received(): return sum(struct.unpack_from("Q", s.getsockopt(6, 11, 192), 128)[0] for s in connections())
            def own(address):
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                try: s.bind((address, 0)); return True
                except OSError: return False
            """
        try await PythonScene.play("addressed2", in: lab, prologue: prologue) { scene in
            let ends = try await scene.ask("ends()")
            let mounts = try await scene.ask("[l.split()[4] for l in open('/proc/self/mountinfo')]")
            let group = try await scene.ask("text('/proc/self/cgroup')")
            let received = try #require(Int(try await scene.ask("received()")))
            try await scene.move(to: "host2")
            #expect(try #require(Int(try await scene.ask("received()"))) < received)
            #expect(try await scene.ask("text('/proc/self/cgroup')") != group)
            let now = try await lab.api.container(scene.name)
            #expect(now.address != scene.container.address)
            #expect(try await scene.ask("ends()") == ends)
            let own = try #require(now.address)
            #expect(try await scene.ask("own('\(own)')") == "true")
            #expect(try await scene.ask("[l.split()[4] for l in open('/proc/self/mountinfo')]") == mounts)
        }
    }

    /// Files that are deleted or replaced while they are in use.
    static func files(in lab: TestLab) async throws {
        let prologue = """
            def mapped(path, size):
                with open(path, "wb") as f:
                    for n in range(size >> 20): f.write(bytes([n % 251]) * (1 << 20))
                f = open(path, "r+b"); m = mmap.mmap(f.fileno(), 0); f.close(); return m
            import hashlib
            large = mapped("/tmp/large", 100 << 20); os.unlink("/tmp/large")
            library = mapped("/opt_lib", 1 << 20); mapped("/opt_new", 2 << 20).close(); os.rename("/opt_new", "/opt_lib")
            os.link("/etc/group", "/etc/group2"); linked = open("/etc/group"); os.unlink("/etc/group")
            def sums(): return [hashlib.sha256(m).hexdigest() for m in (large, library)] + [os.pread(linked.fileno(), 9, 0).decode()]
            """
        try await PythonScene.play("hoarder2", in: lab, prologue: prologue) { scene in
            let before = try await scene.ask("sums()")
            for host in ["host2", "host3"] { try await scene.move(to: host) }
            #expect(try await scene.ask("sums()") == before)
        }
    }

    /// A named semaphore, as sem_open(3) makes it: a file that is linked to its name when it is whole.
    static func semaphore(in lab: TestLab) async throws {
        let prologue = """
            libc.sem_open.restype = ctypes.c_void_p
            os.makedirs("/dev/shm", exist_ok=True)
            mine = ctypes.c_void_p(libc.sem_open(b"/shared", 0o100, 0o600, 5))
            def value(): v = ctypes.c_int(); libc.sem_getvalue(mine, ctypes.byref(v)); return v.value
            def take():
                child = os.fork()
                if child == 0: libc.sem_wait(ctypes.c_void_p(libc.sem_open(b"/shared", 0, 0o600, 5))); os._exit(0)
                os.waitpid(child, 0); return value()
            """
        try await PythonScene.play("semaphored", in: lab, prologue: prologue) { scene in
            #expect(try await scene.ask("take()") == "4")
            for host in ["host2", "host3"] { try await scene.move(to: host) }
            #expect(try await scene.ask("take()") == "3")
        }
    }

    /// A file of a thread, which CRIU cannot open anew: the container must not be ended to find that out.
    static func fleetingFile(in lab: TestLab) async throws {
        let prologue = """
            threads = []; keep = []
            def idle(): threads.append(libc.syscall(186)); time.sleep(3600)
            threading.Thread(target=idle, daemon=True).start()
            def look():
                while not threads: time.sleep(0.01)
                keep.append(open("/proc/self/task/%d/status" % threads[0])); return threads[0]
            """
        try await PythonScene.play("dead", in: lab, prologue: "keep = []") { scene in
            let look =
                "[child := os.fork() or time.sleep(3600), keep.append(open(f'/proc/{child}/status')), os.kill(child, 9), "
                + "os.waitpid(child, 0), child][4]"
            let child = try await scene.ask(look)
            let refused = try await lab.api.move(scene.name, to: try HostName("host2"))
            #expect(refused.state == .failed)
            #expect(refused.failure?.code == .fleetingFile)
            let words = "it had /proc/\(child)/status"
            #expect(refused.failure?.message.hasPrefix(words) == true, "\(refused)")
            #expect(try await lab.api.container(scene.name).refusals?.count == 1)
            #expect(try await scene.ask("keep.pop().close()") == "null")
            try await scene.move(to: "host2")
            #expect(try await lab.api.container(scene.name).refusals == nil)
        }
        try await PythonScene.play("looking", in: lab, prologue: prologue) { scene in
            let thread = try await scene.ask("look()")
            let refused = try await lab.api.move(scene.name, to: try HostName("host2"))
            #expect(refused.state == .failed)
            #expect(refused.failure?.code == .fleetingFile)
            let words = "it had /proc/1/task/\(thread)/status open"
            #expect(refused.failure?.message.hasPrefix(words) == true, "\(refused)")
            #expect(try await scene.ask("keep[0].readline().startswith('Name:')") == "true")
            #expect(try await scene.ask("keep.pop().close()") == "null")
            try await scene.move(to: "host2")
        }
    }

    /// A program that watches files and folders of all kinds, `paths` being what makes its watches fire.
    static let watcher = """
        os.makedirs("/watched"); open("/watched/log", "w").write("first"); os.makedirs("/also/deep")
        fd = libc.inotify_init1(0o4000); keep = []
        def watch():
            watched = (b"/watched/log", b"/watched", b"/etc/passwd", b"/also/deep", b"/")
            return all([libc.inotify_add_watch(fd, path, 0x102) > 0 for path in watched])
        def events():
            try: return len(os.read(fd, 65536))
            except BlockingIOError: return 0
        def happens(path):
            events(); open(path, "a").write("x"); return events() > 0
        paths = ["/watched/log", "/watched/new", "/etc/passwd", "/also/deep/new", "/new"]
        """

    /// Processes that share an epoll, of which one has closed what is watched: CRIU cannot write that down, and says so.
    static func sharedEpoll(in lab: TestLab) async throws {
        let prologue = """
            def share():
                other = socket.socket(); other.bind(("0.0.0.0", 9001)); other.listen(5); epoll = select.epoll()
                if os.fork() == 0:
                    epoll.register(other.fileno(), select.EPOLLIN)
                    while True: epoll.poll()
                other.close(); keep.append(epoll); return True
            keep = []
            """
        try await PythonScene.play("polled", in: lab, prologue: prologue) { scene in
            #expect(try await scene.ask("share()") == "true")
            let refused = try await lab.api.move(scene.name, to: try HostName("host2"))
            #expect(refused.state == .failed)
            #expect(refused.failure?.message.hasPrefix("processes share an epoll") == true, "\(refused)")
            let mobility = try await lab.api.container(scene.name).mobility
            #expect(mobility.reason != nil)
            #expect(mobility.reason == refused.failure?.message)
            let again = try await lab.api.send(.post, "/v1/containers/polled/relocate", "{}")
            #expect(again.status == 409)
            #expect(again.body.contains("processes share an epoll"), "\(again.body)")
            #expect(try await scene.ask("1 + 1") == "2")
        }
    }
}
