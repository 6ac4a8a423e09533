/// Who shares the files of an image.
public struct ImageRules: Codable, Sendable, Hashable {
    /// Whose containers read the same files, and so share their pages in a host's memory. It holds from a container's next
    /// start on.
    public var sharing: ImageSharing

    /// Rules.
    public init(sharing: ImageSharing = .tenant) { self.sharing = sharing }
}

/// Whose containers share the files of an image. Whoever shares a page in a host's memory sees when others read it, which is
/// what Flush+Reload needs.
public enum ImageSharing: String, Codable, Sendable, CaseIterable {
    /// Everybody's: one copy for all.
    case fleet
    /// Those of one tenant: a copy for each. A trust group does not share: its members may be beside each other, but need
    /// not know what the others do.
    case tenant
    /// Nobody's: a copy for each container.
    case none
}

extension ImageRules {
    private enum CodingKeys: String, CodingKey, CaseIterable { case sharing }

    /// Decodes rules; what is left out has its default.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        sharing = try fields.value(.sharing, or: ImageRules().sharing)
    }
}
