import HTTPTypes

/// The conditions under which a request for a file is to be answered (RFC 9110 section 13).
struct Preconditions {
    enum Outcome: Equatable {
        /// The file is to be sent.
        case proceed
        /// The client has it already: 304.
        case notModified
        /// The client wanted another version: 412.
        case failed
    }

    private let request: Request
    private let tag: String
    private let modified: Int
    private let now: Int

    /// The conditions of a GET or HEAD request for a file with this entity tag, which was modified at this time.
    init(of request: Request, tag: String, modified: Int, now: Int) {
        self.request = request
        self.tag = tag
        self.modified = modified
        self.now = now
    }

    /// Weighs all but If-Range, in the order of section 13.2.2. A date that is none is as if its field were not there.
    var outcome: Outcome {
        if let list = request[.ifMatch] {
            guard EntityTagList(list).containsStrongly(tag) else { return .failed }
        } else if let date = date(.ifUnmodifiedSince), modified > date {
            return .failed
        }
        if let list = request[.ifNoneMatch] {
            return EntityTagList(list).containsWeakly(tag) ? .notModified : .proceed
        }
        if let date = date(.ifModifiedSince), modified <= date { return .notModified }
        return .proceed
    }

    /// Whether a range may be answered with a part: it belongs to one version of the file (section 13.1.5).
    ///
    /// A date is only proof if the file cannot have changed again within the second that it names.
    var allowsRange: Bool {
        guard let condition = request[.ifRange] else { return true }
        if condition.hasPrefix("\"") || condition.hasPrefix("W/") { return condition == tag && !tag.hasPrefix("W/") }
        return HTTPDate.parse(condition, now: now) == modified && now - modified > 1
    }

    private func date(_ name: HTTPField.Name) -> Int? {
        request[name].flatMap { HTTPDate.parse($0, now: now) }
    }
}
