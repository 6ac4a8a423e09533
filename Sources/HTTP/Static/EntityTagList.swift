/// The value of an If-Match or If-None-Match field (RFC 9110 sections 13.1.1 and 13.1.2).
enum EntityTagList {
    /// `*`: any that exists.
    case any
    /// These tags, as they were written.
    case tags([Substring])

    /// Reads the list. It is split at every comma: a tag of this server contains none, so none can be lost by that.
    init(_ text: String) {
        let elements = text.split(separator: ",").map(\.trimmingSpaces)
        self = elements == ["*"] ? .any : .tags(elements)
    }

    /// Whether the list has the tag or is `*`, by the strong comparison, to which a weak tag is never equal.
    func containsStrongly(_ tag: String) -> Bool {
        switch self {
        case .any: true
        case .tags(let tags): tags.contains { $0 == tag } && !tag.hasPrefix("W/")
        }
    }

    /// Whether the list has the tag or is `*`, by the weak comparison.
    func containsWeakly(_ tag: String) -> Bool {
        switch self {
        case .any: true
        case .tags(let tags): tags.contains { Self.opaque($0) == Self.opaque(tag[...]) }
        }
    }

    private static func opaque(_ tag: Substring) -> Substring {
        tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
    }
}

extension Substring {
    /// The text without spaces and tabs at either end.
    var trimmingSpaces: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        return start.lastIndex { $0 != " " && $0 != "\t" }.map { start[...$0] } ?? ""
    }
}
