import CLinux
import FleetModel
import Glibc

/// Who a container's first process runs as.
struct ImageUser: Encodable, Sendable, Hashable {
    var uid: UInt32
    var gid: UInt32
    /// Further groups, for a user who was given by name.
    var additionalGids: [UInt32] = []

    /// root.
    static let root = ImageUser(uid: 0, gid: 0)

    init(uid: UInt32, gid: UInt32, additionalGids: [UInt32] = []) {
        self.uid = uid
        self.gid = gid
        self.additionalGids = additionalGids
    }

    /// Looks up what an image says: `user`, `user:group`, either by name or by number, empty for root.
    /// - Throws: `StepFailure` with `invalidOrder` when a name is not in the image's own files.
    init(_ text: String, in rootFileSystem: String) throws(StepFailure) {
        self = .root
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let user = parts.first, !user.isEmpty else { return }
        let accounts = Self.table("etc/passwd", in: rootFileSystem, columns: 4)
        let groups = Self.table("etc/group", in: rootFileSystem, columns: 3)
        let account = accounts.first { $0[0] == user || $0[2] == user }
        if let account, let uid = UInt32(account[2]), let gid = UInt32(account[3]) {
            self.uid = uid
            self.gid = gid
            additionalGids = groups.filter { $0.count > 3 && $0[3].split(separator: ",").contains { $0 == account[0] } }
                .compactMap { UInt32($0[2]) }
        } else if let uid = UInt32(user) {
            self.uid = uid
        } else {
            throw StepFailure(code: .invalidOrder, message: "the image's user '\(user)' is not in its /etc/passwd")
        }
        guard parts.count > 1, !parts[1].isEmpty else { return }
        guard let gid = UInt32(parts[1]) ?? groups.first(where: { $0[0] == parts[1] }).flatMap({ UInt32($0[2]) }) else {
            throw StepFailure(code: .invalidOrder, message: "the image's group '\(parts[1])' is not in its /etc/group")
        }
        self.gid = gid
        additionalGids = []
    }

    /// A table of fields between colons. An image is somebody else's: its links must not lead into the host's files.
    private static func table(_ path: String, in rootFileSystem: String, columns: Int) -> [[String]] {
        guard let root = try? OwnedDescriptor.open(rootFileSystem, O_RDONLY | O_DIRECTORY) else { return [] }
        let number = linux_open_beneath(root.number, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0, let bytes = try? FileBytes.read(OwnedDescriptor(number), name: path) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .map { $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init) }
            .filter { $0.count >= columns }
    }
}
