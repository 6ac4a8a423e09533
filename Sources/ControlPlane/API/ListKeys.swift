import FleetCore
import FleetModel
import ImageStore

// How the keys of lists are written in cursors.

extension Name: ListKey {
    var cursorText: String { text }

    init?(cursorText: String) {
        // No name, no cursor.
        guard let name = try? Self(cursorText) else { return nil }
        self = name
    }
}

extension AlarmPlace: ListKey {
    var cursorText: String { "\(raisedAt.milliseconds) \(key.kind.rawValue) \(key.subject)" }

    init?(cursorText: String) {
        let parts = cursorText.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let milliseconds = Int64(parts[0]), let kind = AlarmKind(rawValue: String(parts[1]))
        else {
            return nil
        }
        self.init(
            raisedAt: Timestamp(milliseconds: milliseconds), key: AlarmKey(kind: kind, subject: String(parts[2])))
    }
}

extension AdoptablePlace: ListKey {
    var cursorText: String { "\(host)/\(id)/\(name)" }

    init?(cursorText: String) {
        let parts = cursorText.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        // No name, no cursor.
        guard parts.count == 3, let host = try? HostName(String(parts[0])) else { return nil }
        self.init(host: host, name: String(parts[2]), id: String(parts[1]))
    }
}

extension ImagePlace: ListKey {
    var cursorText: String { "\(digest.hex) \(name)" }

    init?(cursorText: String) {
        let parts = cursorText.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        // No digest, no cursor.
        guard parts.count == 2, let digest = try? ImageDigest("sha256:\(parts[0])") else { return nil }
        self.init(name: String(parts[1]), digest: digest)
    }
}

/// The key of a list that never changes.
struct Position: ListKey {
    /// The number, counted from 0.
    let number: Int

    init(_ number: Int) { self.number = number }

    static func < (left: Self, right: Self) -> Bool { left.number < right.number }

    var cursorText: String { String(number) }

    init?(cursorText: String) {
        guard let number = Int(cursorText) else { return nil }
        self.number = number
    }
}

/// The key of a list in which what has the highest number comes first.
struct NewestFirst: ListKey {
    /// The number.
    let number: Int64

    init(_ number: Int64) { self.number = number }

    static func < (left: Self, right: Self) -> Bool { left.number > right.number }

    var cursorText: String { String(number) }

    init?(cursorText: String) {
        guard let number = Int64(cursorText) else { return nil }
        self.number = number
    }
}
