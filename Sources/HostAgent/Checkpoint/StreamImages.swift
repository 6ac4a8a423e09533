import FleetModel
import Glibc

/// CRIU's images of connections, amended where a restore from them would leave a connection with a wrong window.
///
/// - **Without window scaling.** CRIU tells the kernel a connection's scales only where its ends have agreed upon them. Where
///   they have not, the kernel keeps the one that it chose when the socket was made anew: the window that the container
///   announces is shifted by that, the client takes the number as it is, and may send some bytes at a time. Scales of 0
///   mean the same as none, and CRIU does tell them.
/// - **Ended by the peer.** CRIU restores the peer's end by sending the socket a packet of its own making, with a window of
///   no meaning. The kernel takes that for the peer's, and either sends nothing until it has probed the peer after a second,
///   or sends what the peer has no room for, and must send again after a second. It does not take the window of a packet
///   that comes before the one of which it has the present window (`snd_wl1`), so that is said to be what comes next.
/// - **At a shut window.** What the peer has sent before it was shut, and what was lost then, may have told of the peer's
///   window. The kernel does not take it for true when it is told of it, and the whole container could not be restored.
///
/// `tcp-stream-INODE.img` has one entry (`tcp_stream_entry` of CRIU's `tcp-stream.proto`); the bytes of both queues follow.
struct StreamImages {
    /// The folder of CRIU's images.
    let directory: String

    private static let prefix = "tcp-stream-"
    private static let suffix = ".img"
    /// Longer than any entry, which has less than twenty numbers.
    private static let longestEntry = 1024

    /// The fields of the entry by their numbers.
    private enum Field {
        static let nextReceived = 2
        static let options = 5
        static let sendScale = 6
        static let receiveScale = 8
        static let windowSequence = 13
        static let receiveWindow = 16
    }

    /// Amends the images of the connections with these inodes, as far as CRIU has written them down, or all.
    func amend(_ inodes: Set<UInt32>?) throws(StepFailure) {
        let names = inodes.map { $0.map { Self.prefix + String($0, radix: 16) + Self.suffix } } ?? all
        for path in names.map({ "\(directory)/\($0)" }) where FileTree.exists(path) { try Self.amend(path) }
    }

    /// The connections that CRIU has written down.
    var inodes: Set<UInt32> {
        Set(all.compactMap { UInt32($0.dropFirst(Self.prefix.count).dropLast(Self.suffix.count), radix: 16) })
    }

    /// The number of the byte that a connection expects next from its peer; `nil` where there is no image of it.
    func nextReceived(of inode: UInt32) -> UInt32? {
        let path = "\(directory)/\(Self.prefix)\(String(inode, radix: 16))\(Self.suffix)"
        guard let file = try? OwnedDescriptor.open(path, O_RDONLY),
            let begin = try? FileBytes.begin(of: file, atMost: ImageEntries.begin + Self.longestEntry, name: path),
            let entry = Self.entry(begin).flatMap({ try? ProtobufMessage($0) })
        else { return nil }
        return entry.integer(Field.nextReceived).flatMap { UInt32(exactly: $0) }
    }

    private var all: [String] {
        FileTree.names(in: directory).filter { $0.hasPrefix(Self.prefix) && $0.hasSuffix(Self.suffix) }
    }

    /// The queues may hold megabytes: where the entry does not grow, only that is written.
    private static func amend(_ path: String) throws(StepFailure) {
        let file = try OwnedDescriptor.open(path, O_RDWR)
        let begin = try FileBytes.begin(of: file, atMost: ImageEntries.begin + longestEntry, name: path)
        guard let (old, new) = entries(begin) else { return }
        if new.count == old.count {
            return try FileBytes.overwrite(file, at: ImageEntries.begin, with: new, name: path)
        }
        let queues = try FileBytes.read(file, name: path).dropFirst(ImageEntries.begin + old.count)
        try FileBytes.replace(path, with: ImageEntries.Kind.connection.magic + ImageEntries.whole(new) + queues)
    }

    /// The entry of an image, and what it should be; `nil` when there is nothing to amend, and for what is no such image:
    /// that is CRIU's to refuse.
    static func entries(_ image: [UInt8]) -> (old: [UInt8], new: [UInt8])? {
        guard let old = entry(image), let entry = try? ProtobufMessage(old),
            let options = entry.integer(Field.options), let next = entry.integer(Field.nextReceived)
        else { return nil }
        var new = old
        if options & Int(TCPI_OPT_WSCALE) == 0 {
            set(Field.options, options | Int(TCPI_OPT_WSCALE), in: &new)
            set(Field.sendScale, 0, in: &new)
            set(Field.receiveScale, 0, in: &new)
        }
        if let told = entry.integer(Field.windowSequence) {
            // The kernel refuses what would be told beyond the window, and of one that is shut the peer's end is beyond.
            let isOpen = entry.integer(Field.receiveWindow) ?? 0 > 0
            let last = UInt32(truncatingIfNeeded: isOpen ? next : next - 1)
            let isBeyond = Int32(bitPattern: UInt32(truncatingIfNeeded: told) &- last) > 0
            if isOpen || isBeyond { set(Field.windowSequence, Int(last), in: &new) }
        }
        return new == old ? nil : (old, new)
    }

    private static func entry(_ image: [UInt8]) -> [UInt8]? {
        var entries = ImageEntries(image, of: .connection)
        guard let entry = entries?.next(), entry.count <= longestEntry else { return nil }
        return entry
    }

    /// Gives a field a value, in its place where that has room: numbers may be written with more bytes than they need.
    private static func set(_ field: Int, _ value: Int, in entry: inout [UInt8]) {
        var writer = ProtobufWriter()
        writer.integer(field, value)
        // The key of each of the fields is one byte, and an entry that could not be read is not amended at all.
        let number = writer.bytes.dropFirst()
        guard let place = try? ProtobufMessage.place(of: field, in: entry), number.count <= place.count,
            let last = number.last
        else {
            // Of a field that comes twice the last counts.
            entry += writer.bytes
            return
        }
        let room = place.count - number.count
        let padding = room == 0 ? [last] : [last | 0x80] + Array(repeating: 0x80, count: room - 1) + [0]
        entry.replaceSubrange(place, with: number.dropLast() + padding)
    }
}
