import FleetModel

/// What a container has open that lies on no mount of its own.
enum ExternalFile {
    /// By what name CRIU knows an open file of this process, if another process that has it is dumped (`--external`).
    static func name(of file: OwnedDescriptor) throws(StepFailure) -> String {
        let text = String(decoding: try FileBytes.read("/proc/self/fdinfo/\(file.number)"), as: UTF8.self)
        let fields = text.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) }
        guard let field = fields.first(where: { $0.first == "mnt_id:" }), field.count == 2, let mount = Int(field[1])
        else {
            throw StepFailure(code: .runtimeFailed, message: "the kernel does not say on which mount a file lies")
        }
        return "file[\(String(mount, radix: 16)):\(String(try file.inode(), radix: 16))]"
    }
}
