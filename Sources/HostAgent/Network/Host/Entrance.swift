import Synchronization

/// What has come in by a stay's doorway, from the moment of the restore until it is written down.
final class Entrance: Sendable {
    private let content = Mutex<(link: Int32, shield: ConnectionShield)?>(nil)

    /// The number of the host's end of the new link, and the shield of the new namespace; `nil` when nobody has come.
    var taken: (link: Int32, shield: ConnectionShield)? { content.withLock { $0 } }

    /// Remembers what has come in.
    func note(_ taken: (link: Int32, shield: ConnectionShield)) { content.withLock { $0 = taken } }
}
