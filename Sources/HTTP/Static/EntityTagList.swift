/// The value of an If-None-Match field (RFC 9110 section 13.1.2).
enum EntityTagList {
    /// Whether the list names the tag, by the weak comparison, or is `*`.
    static func matches(_ list: String, _ tag: String) -> Bool {
        list.split(separator: ",").contains { element in
            let trimmed = element.trimmingSpaces
            return trimmed == "*" || (trimmed.hasPrefix("W/") ? trimmed.dropFirst(2) : trimmed) == tag
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        return start.lastIndex { $0 != " " && $0 != "\t" }.map { start[...$0] } ?? ""
    }
}
