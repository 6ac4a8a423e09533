/// The user and group ids of this host by which the kernel knows those of a container: its 0 is `base`, its 1 the next.
///
/// A range belongs to one stay on one host. Nothing on a disk, in a dump or in an image has ids of a range (see
/// `OverlayRoot`), so it need not be the same on the next host, and nothing is left of it when the stay is over.
struct IDRange: Codable, Sendable, Hashable {
    /// How many ids a container has: as many as programs count on, and `nobody` (65534) is among them.
    static let count: UInt32 = 65536

    /// The id of the container's root user on this host.
    let base: UInt32

    /// Where ranges lie. Below 1879048192 are users of the host, and what tools for containers and systemd hand out; from
    /// 2147483648 on are ids that some programs take for negative.
    static let bases = stride(from: 0x7000_0000 as UInt32, to: 0x7FFF_0000, by: Int(count)).map { $0 }

    /// The line of `uid_map` and `gid_map`.
    var line: String { "0 \(base) \(Self.count)" }

    /// The lines for a mount through which files of a container, as they lie on the disk, are seen with the ids of this host.
    ///
    /// The host's own root user is among them, under an id that no container has: the kernel makes an overlay's working files in
    /// his name.
    var linesOfMounts: String { line + "\n\(Self.count) 0 1" }
}
