/// The name of an image in the repository: path components of `a-z` and `0-9` with single `.`, `_`, `-` between them,
/// joined by `/`, and a tag after `:`. The tag `latest` is the same as none.
struct ImageName: Hashable, Comparable, CustomStringConvertible {
    /// The name as text, without the tag `latest`.
    let description: String

    /// Checks and takes a name.
    /// - Throws: `ImageError` with the code `invalidName`.
    init(_ text: String) throws {
        // The grammar is `[a-z0-9]+([._/-][a-z0-9]+)*(:tag)?`, the tag's `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`.
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, Self.isPath(path), parts.count == 1 || Self.isTag(parts[1]), path != "sha256",
            text.utf8.count <= 255
        else {
            throw ImageError(
                .invalidName,
                "'\(text)' is not the name of an image such as shop/web:3: a-z and 0-9 with single '.', '_', '-' or '/' "
                    + "between them, then ':' and a tag if wanted, 255 characters at most")
        }
        description = parts.count == 2 && parts[1] == "latest" ? String(path) : text
    }

    /// The name as the name of a file: names hold no `%`.
    var fileName: String { String(description.map { $0 == "/" ? "%" : $0 }) }

    /// Takes the name of a file, `nil` when it is not one that `fileName` gives.
    init?(fileName: String) {
        guard let name = try? ImageName(String(fileName.map { $0 == "%" ? "/" : $0 })), name.fileName == fileName else {
            return nil
        }
        self = name
    }

    /// Alphabetical.
    static func < (left: Self, right: Self) -> Bool { left.description < right.description }

    private static func isPath(_ text: Substring) -> Bool {
        text.split(omittingEmptySubsequences: false) { "._/-".contains($0) }
            .allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isLowerOrDigit) }
    }

    private static func isTag(_ text: Substring) -> Bool {
        let isWord = { (byte: UInt8) in
            isLowerOrDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "_")
        }
        guard let first = text.utf8.first, isWord(first), text.utf8.count <= 128 else { return false }
        return text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
