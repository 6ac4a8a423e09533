/// The numbers of a process or thread, one in each PID namespace from the reader's down to its own.
struct ProcessNumbers: Sendable, Hashable {
    private let numbers: [Int32]

    /// How many namespaces it is in.
    var depth: Int { numbers.count }
    /// The number in its own namespace.
    let inContainer: Int32

    /// Looks at a process or thread; `nil` when there is none.
    init?(of process: Int32) {
        // It may end at any moment, and that is no failure.
        guard let bytes = try? FileBytes.read("/proc/\(process)/status") else { return nil }
        self.init(status: String(decoding: bytes, as: UTF8.self))
    }

    /// Reads `/proc/PID/status`.
    init?(status: String) {
        let name = "\nNSpid:"
        guard let range = status.firstRange(of: name) else { return nil }
        numbers = status[range.upperBound...].prefix { $0 != "\n" }.split(whereSeparator: \.isWhitespace)
            .compactMap { Int32($0) }
        guard let last = numbers.last else { return nil }
        inContainer = last
    }
}
