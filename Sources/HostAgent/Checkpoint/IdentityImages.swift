import FleetModel
import Glibc

/// CRIU's images of a container with users of its own, made fit for who they are on the host where it is restored.
///
/// In all other images users are who they are for the container. Its processes read the images themselves, as soon as they exist:
/// in the name of its root user, but for what is read before he is known to the kernel.
struct IdentityImages {
    /// The folder of CRIU's images.
    let directory: String

    private static let suffix = ".img"
    private static let map = "userns-"
    /// Read by a process that is nobody's yet but the host's root user's.
    private static let early = "timens-"

    /// Has the container's users be those of a stay. Whoever is given the images last has them.
    func give(to identity: StayIdentity) throws(StepFailure) {
        let images = FileTree.names(in: directory).filter { $0.hasSuffix(Self.suffix) }
        for name in images where name.hasPrefix(Self.map) {
            try FileBytes.replace("\(directory)/\(name)", with: Self.image(of: identity.range))
        }
        try identity.own(images.filter { !$0.hasPrefix(Self.early) }.map { "\(directory)/\($0)" })
        // Nobody else comes as far as here.
        guard chmod(directory, 0o711) == 0 else { throw StepFailure("open \(directory)", errno: errno) }
    }

    /// The image of a user namespace (`userns_entry` of CRIU's `userns.proto`).
    static func image(of range: IDRange) -> [UInt8] {
        var entry = ProtobufWriter()
        for map in [1, 2] {
            entry.message(map) { extent in
                extent.integer(1, 0)
                extent.integer(2, Int(range.base))
                extent.integer(3, Int(IDRange.count))
            }
        }
        return ImageEntries.Kind.userNamespace.magic + ImageEntries.whole(entry.bytes)
    }
}
