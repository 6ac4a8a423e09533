/// Where a browser says that a page is from: scheme, host and port (RFC 6454).
///
/// ```swift
/// try WebOrigin(parsing: "https://relocate.example")
/// ```
public struct WebOrigin: Sendable, Hashable, CustomStringConvertible {
    /// `scheme://host[:port]` in lower case, without the scheme's own port.
    public let description: String

    /// Reads an origin.
    /// - Throws: `WebOriginError` for anything else, such as an address with a path.
    public init(parsing text: String) throws(WebOriginError) {
        let lower = text.lowercased()
        let parts = lower.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let usualPort = ["https": ":443", "http": ":80"][String(parts[0])],
            let first = parts[1].first, first != ":",
            parts[1].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ".-:[]".contains($0)) })
        else { throw WebOriginError(text: text) }
        description = lower.hasSuffix(usualPort) ? String(lower.dropLast(usualPort.count)) : lower
    }
}

/// A text that is no origin.
public struct WebOriginError: Error, CustomStringConvertible {
    /// The text.
    public let text: String

    /// What would be right.
    public var description: String { "'\(text)' is no origin; write it as https://relocate.example, without a path" }
}
