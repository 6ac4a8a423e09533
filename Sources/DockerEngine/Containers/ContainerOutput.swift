/// What a container, or a command in one, has written.
public struct ContainerOutput: Sendable, Hashable {
    /// All of it, output and errors in the order in which the daemon has read them.
    public private(set) var written: [UInt8] = []
    /// Where in it the errors are: in order, neither empty nor next to each other.
    private var errorRanges: [Range<Int>] = []

    /// Nothing.
    public init() {}

    /// Adds what was written to the standard output, or to the standard error.
    public mutating func append(_ content: some Collection<UInt8>, toErrors: Bool = false) {
        let start = written.count
        written += content
        guard toErrors, start < written.count else { return }
        if let last = errorRanges.last, last.upperBound == start {
            errorRanges[errorRanges.count - 1] = last.lowerBound..<written.count
        } else {
            errorRanges.append(start..<written.count)
        }
    }

    /// What was written to the standard output; with a terminal, to the standard error too.
    public var output: [UInt8] {
        var start = 0
        var output: [UInt8] = []
        for range in errorRanges {
            output += written[start..<range.lowerBound]
            start = range.upperBound
        }
        return output + written[start...]
    }

    /// What was written to the standard error.
    public var errors: [UInt8] { errorRanges.flatMap { written[$0] } }
}
