/// The content address of an image: `sha256:` and 64 lower-case hexadecimal digits.
public struct ImageDigest: Sendable, Hashable, StringCodable {
    /// The 64 hexadecimal digits.
    public let hex: String

    /// Parses a digest with its `sha256:` prefix.
    /// - Throws: `ModelError.invalidDigest`.
    public init(_ text: String) throws {
        let hex = text.dropFirst("sha256:".count)
        let isHex = hex.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
        guard text.hasPrefix("sha256:"), hex.utf8.count == 64, isHex else { throw ModelError.invalidDigest(text) }
        self.hex = String(hex)
    }

    /// The digest with its prefix.
    public var description: String { "sha256:\(hex)" }
}

/// An image of the repository, as lists show it.
public struct Image: Codable, Sendable, Hashable {
    /// The image's content address.
    public var digest: ImageDigest
    /// The names it goes by, such as `redis` or `shop/web:3`.
    public var names: [String]
    /// The size of the unpacked files in bytes.
    public var bytes: Int
    /// When it was imported.
    public var importedAt: Timestamp
    /// What a container runs when its specification does not say.
    public var defaults: ImageDefaults

    /// An image of the repository.
    public init(digest: ImageDigest, names: [String], bytes: Int, importedAt: Timestamp, defaults: ImageDefaults) {
        self.digest = digest
        self.names = names
        self.bytes = bytes
        self.importedAt = importedAt
        self.defaults = defaults
    }
}

/// What an image says about how to run it (OCI image configuration, `config`).
public struct ImageDefaults: Codable, Sendable, Hashable {
    /// Entry point and command in one list; empty when the image names none.
    public var command: [String]
    /// Environment variables.
    public var environment: [String: String]
    /// The directory the command starts in, absolute.
    public var workingDirectory: String
    /// `user`, `user:group`, `uid` or `uid:gid`; empty for root.
    public var user: String

    /// How to run an image.
    public init(
        command: [String] = [], environment: [String: String] = [:], workingDirectory: String = "/", user: String = ""
    ) {
        self.command = command
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.user = user
    }
}
