import FleetModel

/// CRIU's image of open files, amended where a connection that is over is to be restored as open (see `BrokenSockets`), and where
/// what lies on no mount of the container is to be restored as a file of its own (see `ExternalFile`).
///
/// The entries of `files.img` are `file_entry` of CRIU's `fdinfo.proto`.
struct FileImages {
    /// The folder of CRIU's images.
    let directory: String

    /// Fields of an entry by their numbers: what CRIU has written down of a file, and of a socket of IP.
    private static let file = 3
    private static let socket = 4

    /// The fields of a file (`reg_file_entry`) by their numbers.
    private enum FileField {
        static let name = 6
        static let isExternal = 9
    }

    /// The fields of a socket (`inet_sk_entry`) by their numbers.
    private enum Field {
        static let inode = 2
        static let state = 6
        static let shutdown = 19
    }

    /// Has connections that are over be restored as open.
    func open(_ inodes: Set<UInt32>) throws(StepFailure) {
        try amend { Self.opening(inodes, in: $0) }
    }

    /// Has what CRIU knows by a name of its own be restored as a file of the container.
    /// - Parameter path: the file's path in the container.
    func name(_ external: String, as path: String) throws(StepFailure) {
        try amend { Self.naming(external, as: path, in: $0) }
    }

    /// Replaces the image where it should be another.
    private func amend(_ amended: ([UInt8]) -> [UInt8]?) throws(StepFailure) {
        let path = directory + "/files.img"
        let old = try FileBytes.read(path)
        if let new = amended(old), new != old { try FileBytes.replace(path, with: new) }
    }

    /// What an image should be; `nil` for what is no such image: that is CRIU's to refuse.
    static func opening(_ inodes: Set<UInt32>, in image: [UInt8]) -> [UInt8]? {
        amending(image) { entry throws(ProtobufError) in try opening(inodes, inEntry: entry) }
    }

    /// What an image should be; `nil` for what is no such image.
    static func naming(_ external: String, as path: String, in image: [UInt8]) -> [UInt8]? {
        amending(image) { entry throws(ProtobufError) in
            guard let old = try ProtobufMessage(entry).block(file),
                try ProtobufMessage(old).text(FileField.name) == external
            else { return entry }
            var name = ProtobufWriter()
            name.text(FileField.name, path)
            var writer = ProtobufWriter()
            writer.block(
                file, try ProtobufMessage.without([FileField.name, FileField.isExternal], in: old) + name.bytes)
            return try ProtobufMessage.without([file], in: entry) + writer.bytes
        }
    }

    private static func amending(
        _ image: [UInt8], _ amend: ([UInt8]) throws(ProtobufError) -> [UInt8]
    ) -> [UInt8]? {
        guard var entries = ImageEntries(image, of: .files) else { return nil }
        var new = ImageEntries.Kind.files.magic
        while !entries.rest.isEmpty {
            guard let old = entries.next(), let entry = try? amend(old) else { return nil }
            new += ImageEntries.whole(entry)
        }
        return new
    }

    private static func opening(_ inodes: Set<UInt32>, inEntry entry: [UInt8]) throws(ProtobufError) -> [UInt8] {
        guard let old = try ProtobufMessage(entry).block(socket) else { return entry }
        let fields = try ProtobufMessage(old)
        guard let inode = fields.integer(Field.inode).flatMap({ UInt32(exactly: $0) }), inodes.contains(inode),
            fields.integer(Field.state) == Int(SocketState.closed.rawValue)
        else { return entry }
        var state = ProtobufWriter()
        state.integer(Field.state, Int(SocketState.established.rawValue))
        // That nothing more comes is read of a connection that is over, and would be true of an open one at once.
        let new = try ProtobufMessage.without([Field.state, Field.shutdown], in: old) + state.bytes
        var writer = ProtobufWriter()
        writer.block(socket, new)
        return try ProtobufMessage.without([socket], in: entry) + writer.bytes
    }
}
