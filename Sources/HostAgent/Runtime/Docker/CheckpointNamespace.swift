import FleetModel

/// Has a checkpoint restored into the network namespace that its container is given.
///
/// When a container has a namespace of Docker's own, runc lets CRIU leave the namespace's content out, and a restore makes
/// an empty one. When it has another container's, runc gives the namespace a key at the dump, and the namespace with
/// that key at the restore. So the key is all that a container lacks that moves from the one to the other: it stands in
/// the image of the namespace (CRIU's `netns-ID.img`, `ext_key` of its `netns_entry`).
struct CheckpointNamespace {
    /// The folder of the checkpoint.
    let directory: String

    /// The key under which runc hands in the namespace.
    private static let key = "extRootNetNS"

    /// Writes the key down. Succeeds when it is there.
    func giveKey() throws(StepFailure) {
        var entry = ProtobufWriter()
        entry.text(8, Self.key)
        try FileBytes.replace(
            try image(), with: ImageEntries.Kind.networkNamespace.magic + ImageEntries.whole(entry.bytes))
    }

    /// Takes the key away again, for a restore as the container was.
    func takeKey() throws(StepFailure) { try FileTree.remove(try image()) }

    private func image() throws(StepFailure) -> String { "\(directory)/netns-\(try number()).img" }

    /// CRIU's number of the namespace of the first process: field 6 of `task_kobj_ids_entry`.
    private func number() throws(StepFailure) -> Int {
        var entries = ImageEntries(try FileBytes.read("\(directory)/ids-1.img"), of: .identifiers)
        guard let entry = entries?.next().flatMap({ try? ProtobufMessage($0) }), let number = entry.integer(6) else {
            throw StepFailure(code: .restoreFailed, message: "the checkpoint does not say which network it is of")
        }
        return number
    }
}
