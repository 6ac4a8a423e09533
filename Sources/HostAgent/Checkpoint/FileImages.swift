import FleetModel

/// CRIU's image of open files, amended where a connection that is over is to be restored as open. See `BrokenSockets`.
///
/// `files.img` begins with two magic numbers; then come the length of an entry and the entry (`file_entry` of CRIU's
/// `fdinfo.proto`), again and again.
struct FileImages {
    /// The folder of CRIU's images.
    let directory: String

    /// Begin the file, the lowest byte first.
    private static let magic: [UInt8] = [0x19, 0x43, 0x56, 0x54, 0x38, 0x31, 0x30, 0x56]

    /// A field of an entry by its number: what CRIU has written down of a socket of IP.
    private static let socket = 4

    /// The fields of a socket (`inet_sk_entry`) by their numbers.
    private enum Field {
        static let inode = 2
        static let state = 6
        static let shutdown = 19
    }

    /// Has connections that are over be restored as open.
    func open(_ inodes: Set<UInt32>) throws(StepFailure) {
        let path = directory + "/files.img"
        let old = try FileBytes.read(path)
        if let new = Self.opening(inodes, in: old), new != old { try FileBytes.replace(path, with: new) }
    }

    /// What an image should be; `nil` for what is no such image: that is CRIU's to refuse.
    static func opening(_ inodes: Set<UInt32>, in image: [UInt8]) -> [UInt8]? {
        guard image.starts(with: magic) else { return nil }
        var rest = image.dropFirst(magic.count)
        var new = magic
        while !rest.isEmpty {
            guard rest.count >= 4 else { return nil }
            let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard length <= rest.count, let entry = try? opening(inodes, inEntry: Array(rest.prefix(length))) else {
                return nil
            }
            withUnsafeBytes(of: UInt32(entry.count).littleEndian) { new += $0 }
            new += entry
            rest = rest.dropFirst(length)
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
