/// The entries of one of CRIU's image files.
///
/// A file begins with two magic numbers, that of all images and that of its kind; then come the length of an entry and the
/// entry, in some kinds again and again. In others more follows that is no entry. All these numbers have four bytes, the
/// lowest first.
struct ImageEntries {
    /// A kind of image file that is looked into.
    enum Kind: UInt32 {
        /// `files.img`: all that is open.
        case files = 0x5630_3138
        /// `tcp-stream-INODE.img`: a connection, and behind the entry its queues.
        case connection = 0x5146_5506
        /// `ids-PID.img`: CRIU's numbers of what a process shares with others.
        case identifiers = 0x5443_2030
        /// `userns-ID.img`: whose ids the container's are on the host.
        case userNamespace = 0x5547_4906
        /// `netns-ID.img`: a network namespace.
        case networkNamespace = 0x5593_3752
        /// `stats-dump`: what CRIU has measured.
        case statistics = 0x5709_3306

        /// What a file of the kind begins with.
        var magic: [UInt8] {
            // What is no part of a container has another number in common.
            ImageEntries.bytes(of: self == .statistics ? 0x5510_5940 : 0x5456_4319) + ImageEntries.bytes(of: rawValue)
        }
    }

    /// Where the first entry begins.
    static let begin = 12

    /// What is not read yet.
    private(set) var rest: ArraySlice<UInt8>

    /// The entries of an image, or of its beginning; `nil` for what is no image of the kind.
    init?(_ image: [UInt8], of kind: Kind) {
        let magic = kind.magic
        guard image.starts(with: magic) else { return nil }
        rest = image.dropFirst(magic.count)
    }

    /// The next entry; `nil` where there is none that is whole.
    mutating func next() -> [UInt8]? {
        guard rest.count >= 4 else { return nil }
        let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= rest.count - 4 else { return nil }
        let entry = rest.dropFirst(4).prefix(length)
        rest = rest[entry.endIndex...]
        return Array(entry)
    }

    /// An entry as it stands in a file, after its length.
    static func whole(_ entry: [UInt8]) -> [UInt8] { bytes(of: UInt32(entry.count)) + entry }

    private static func bytes(of number: UInt32) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
