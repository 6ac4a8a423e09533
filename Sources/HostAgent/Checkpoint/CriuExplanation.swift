import FleetModel

/// One line of CRIU's log.
struct CriuError: Sendable {
    /// What CRIU says, without the place in its source.
    let words: String
    /// The largest deleted file that moves, in bytes.
    let ghostLimit: Int

    /// A line such as `Error (criu/tty.c:1830): tty: Found dangling tty …`.
    init(_ line: String, ghostLimit: Int) {
        let end = line.hasPrefix("Error (") ? line.firstRange(of: "): ")?.upperBound : nil
        words = end.map { line[$0...].trimmingWhitespace() } ?? line
        self.ghostLimit = ghostLimit
    }

    /// What stands between two texts.
    func text(between start: String, and end: String) -> String? {
        guard let from = words.firstRange(of: start)?.upperBound,
            let to = words[from...].firstRange(of: end)?.lowerBound
        else { return nil }
        return String(words[from..<to])
    }
}

/// What an error of CRIU means.
struct CriuExplanation: Sendable {
    /// What its line contains.
    let fragment: String
    /// What it means.
    let meaning: @Sendable (CriuError) -> String
    /// What kind of failure it is, where it is no matter of the container.
    let code: FailureCode?

    private init(_ fragment: String, code: FailureCode? = nil, _ meaning: @escaping @Sendable (CriuError) -> String) {
        self.fragment = fragment
        self.meaning = meaning
        self.code = code
    }

    private init(_ fragment: String, code: FailureCode? = nil, _ meaning: String) {
        self.init(fragment, code: code) { _ in meaning }
    }

    /// In order of precedence: an exhausted disk makes any other message its consequence.
    static let all: [CriuExplanation] =
        resources + files + sockets + processes + namespaces + destination

    private static let resources = [
        CriuExplanation(
            "No space left on device", code: .resourceExhausted, "the storage of the dumps is full"),
        CriuExplanation("Cannot allocate memory", code: .resourceExhausted, "the host has not enough memory"),
    ]

    private static let files = [
        CriuExplanation("[io_uring]", "it uses io_uring"),
        CriuExplanation("anon_inode:[perf_event]", "it uses performance counters"),
        CriuExplanation("(chr ", "it has a device open that cannot move"),
        CriuExplanation("Can't dump file") { error in
            let kind = error.text(between: "] (", and: ")").map { " (\($0))" } ?? ""
            return "it has a file open of a kind that cannot move\(kind)"
        },
        CriuExplanation("Can't lookup mount=", "it has a file open that lies outside of the container"),
        CriuExplanation("increase limit") { error in
            let path = error.text(between: "ghost file ", and: " of ") ?? ""
            let size = error.text(between: " of ", and: " size").flatMap { Int($0) } ?? 0
            return "it uses a deleted file that is too large to move: \(path) has \(size >> 20) MiB, of which at most "
                + "\(error.ghostLimit >> 20) MiB move"
        },
        CriuExplanation("Use link-remap option") { error in
            let path = error.text(between: "link remap for ", and: ". Use").map { ", \($0)," } ?? ""
            return "it uses a deleted file\(path) that has another name, and this host's CRIU settings lack "
                + "'link-remap'"
        },
        CriuExplanation("link remap", "it uses a deleted file that has another name, which CRIU cannot find"),
        CriuExplanation(
            "Can't dump that handle",
            "it watches a file or folder (inotify, fanotify) that was deleted, or lies where CRIU does not look for it"),
        CriuExplanation(
            "suitable path for handle", "it watches a file or folder (inotify, fanotify) that was deleted"),
        CriuExplanation(
            "Dump eventpoll",
            "processes share an epoll, and one of them does not have a file open (any more) that is watched in it"),
        CriuExplanation("overmounted", "it has a file open that is covered by a mount"),
        CriuExplanation("packetized mode for pipes", "it uses pipes that keep messages apart (O_DIRECT)"),
        CriuExplanation("(criu/tty.c", "it has a terminal"),
    ]

    private static let sockets = [
        CriuExplanation("Unsupported proto 262", "it uses Multipath TCP"),
        CriuExplanation("Unsupported proto", "it uses a network protocol that cannot move"),
        CriuExplanation("In-flight connection", "a client is just connecting to it"),
        CriuExplanation(
            "on an in-flight socket",
            "one of its processes has written to another over a Unix socket that was not accepted yet"),
        CriuExplanation(
            "closed in-flight socket",
            "one of its processes has closed a Unix socket to another that was not accepted yet"),
        CriuExplanation("corked dgram socket", "it has begun a UDP message (UDP_CORK) and not sent it"),
        CriuExplanation(
            "Control messages in queue", "it has sent a descriptor over a socket that nobody has taken yet"),
        CriuExplanation("Unsupported type", "it uses a kind of socket that cannot move"),
        CriuExplanation("Unsupported socket", "it uses a kind of socket that cannot move"),
        CriuExplanation(
            "half of stream unix connection", "it has a Unix socket that leads out of the container"),
        CriuExplanation("xternal socket", "it has a Unix socket that leads out of the container"),
        CriuExplanation("unreachable peer", "it has a Unix socket that leads out of the container"),
    ]

    private static let processes = [
        CriuExplanation(
            "Can't get rlimit",
            "its processes belong to another user, whose limits cannot be read: root lacks CAP_SYS_RESOURCE here"),
        CriuExplanation(
            "memfd in victim: Too many open files",
            "one of its processes may open no file (RLIMIT_NOFILE), as sshd's while somebody logs in; CRIU has to open one in it"
        ),
        CriuExplanation(
            "outside of its pid namespace", "one of its processes belongs to a session from outside of the container"),
        CriuExplanation("SEIZE", "one of its processes is being debugged"),
        CriuExplanation("Unseizable", "one of its processes is being debugged"),
        CriuExplanation("Unable to freeze", "its processes do not stand still when they are told to"),
        CriuExplanation("Individually stopped threads", "a single thread of it is stopped"),
        CriuExplanation("Unsupported mapping", "it has mapped memory of a kind that cannot move"),
    ]

    private static let namespaces = [
        CriuExplanation("Nested", "it has made namespaces of its own"),
        CriuExplanation("dump nested", "it has made namespaces of its own"),
        CriuExplanation("namespaces are not supported", "it has made namespaces of its own"),
        CriuExplanation("FS mnt", "it has mounted a file system that cannot move"),
        CriuExplanation("external mount", "it has a mount that leads out of the container"),
    ]

    private static let destination = [
        CriuExplanation("assign requested address", "an address of the container is missing on the host"),
        CriuExplanation(
            "feature required by image", "the host's processor lacks what the container uses"),
        CriuExplanation("(criu/cpu.c", "the host's processor lacks what the container uses"),
        CriuExplanation("has bad", "a file of the container differs from the one it had"),
    ]
}
