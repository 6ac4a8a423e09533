/// What a container, or a command in one, has written.
public struct ContainerOutput: Sendable, Hashable {
    /// What was written to the standard output; with a terminal, to the standard error too.
    public var output: [UInt8]
    /// What was written to the standard error.
    public var errors: [UInt8]

    /// Output and errors of these bytes.
    public init(output: [UInt8] = [], errors: [UInt8] = []) {
        self.output = output
        self.errors = errors
    }

    /// The standard output as text, invalid UTF-8 replaced.
    public var outputText: String { String(decoding: output, as: UTF8.self) }
    /// The standard error as text, invalid UTF-8 replaced.
    public var errorText: String { String(decoding: errors, as: UTF8.self) }
}
