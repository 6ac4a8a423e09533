import Glibc

/// A path below a root, as bytes: Linux does not promise that names are UTF-8.
///
/// It is relative, has no empty, `.` or `..` components, and is empty for the root itself.
struct EntryPath: Hashable, CustomStringConvertible {
    /// The bytes, without a NUL at the end.
    let bytes: [UInt8]

    /// The root.
    static let root = EntryPath(unchecked: [])

    init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// Takes a path of an archive; `./a//b/` becomes `a/b`.
    /// - Throws: `ImageError` with the code `escapes` for an absolute path or one with `..`.
    init(archived text: UnsafePointer<CChar>) throws {
        let raw = UnsafeBufferPointer(start: text, count: strlen(text)).map { UInt8(bitPattern: $0) }
        func refuse(_ reason: String) -> ImageError {
            ImageError(
                .escapes, "the archive holds the path '\(String(decoding: raw, as: UTF8.self))', which \(reason)")
        }
        guard raw.first != Self.slash else { throw refuse("is absolute") }
        let components = raw.split(separator: Self.slash).filter { $0 != Self.dot }
        guard !components.contains(Self.dot + Self.dot) else { throw refuse("contains '..'") }
        let bytes = Array(components.joined(separator: CollectionOfOne(Self.slash)))
        guard bytes.count < 4096, components.allSatisfy({ $0.count <= 255 }) else {
            throw ImageError(
                .broken, "the archive holds a path that is too long: 4095 bytes, and 255 between slashes, fit")
        }
        self.bytes = bytes
    }

    /// The path without its last component; `nil` for the root.
    var parent: EntryPath? {
        guard !bytes.isEmpty else { return nil }
        return EntryPath(unchecked: Array(bytes[..<(bytes.lastIndex(of: Self.slash) ?? 0)]))
    }

    /// The last component; empty for the root.
    var name: ArraySlice<UInt8> { bytes[(bytes.lastIndex(of: Self.slash).map { $0 + 1 } ?? 0)...] }

    /// The path of something in this directory.
    func appending(_ name: some Collection<UInt8>) -> EntryPath {
        EntryPath(unchecked: bytes.isEmpty ? Array(name) : bytes + [Self.slash] + name)
    }

    /// The path as text, with what is not UTF-8 replaced.
    var description: String { String(decoding: bytes, as: UTF8.self) }

    private static let slash = UInt8(ascii: "/")
    private static let dot: ArraySlice<UInt8> = [UInt8(ascii: ".")]
}
