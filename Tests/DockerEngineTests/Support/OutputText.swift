import DockerEngine

extension ContainerOutput {
    /// The standard output as text.
    var outputText: String { String(decoding: output, as: UTF8.self) }
    /// The standard error as text.
    var errorText: String { String(decoding: errors, as: UTF8.self) }
}
