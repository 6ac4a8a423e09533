import FleetModel

/// CRIU's image of what a dump is, amended so that the container is restored in a network namespace of its own.
///
/// A container is dumped from within its network namespace: CRIU takes that for its own then, and neither writes it down nor walks
/// the machine's table of tracked connections for it, which takes three times as long as all the rest. But what is not written down
/// is not made anew either. So the image says that CRIU was in another one, and CRIU makes an empty one (`empty_ns`).
///
/// `inventory.img` is CRIU's number of it, the length of an entry, and the entry (`inventory_entry` of `inventory.proto`).
struct InventoryImage {
    /// The folder of CRIU's images.
    let directory: String

    private static let magic: [UInt8] = [0x16, 0x31, 0x31, 0x58]

    /// The fields by their numbers: of the entry, and of what CRIU shares with others (`task_kobj_ids_entry`).
    private static let shared = 3
    private static let network = 6
    /// A number that CRIU gives to no namespace: it counts from 1.
    private static let another = 0x7FFF_FFFF

    /// Has the container's network namespace not be CRIU's.
    func separateNetwork() throws(StepFailure) {
        let path = directory + "/inventory.img"
        let old = try FileBytes.read(path)
        // What is no such image is CRIU's to refuse.
        if let new = Self.separating(old), new != old { try FileBytes.overwrite(path, with: new) }
    }

    /// What an image should be; `nil` for what is no such image.
    static func separating(_ image: [UInt8]) -> [UInt8]? {
        guard image.starts(with: magic), image.count >= magic.count + 4,
            let old = try? ProtobufMessage(Array(image.dropFirst(magic.count + 4))).block(shared),
            let rest = try? ProtobufMessage.without([shared], in: Array(image.dropFirst(magic.count + 4))),
            let ids = try? ProtobufMessage.without([network], in: old)
        else { return nil }
        var number = ProtobufWriter()
        number.integer(network, another)
        var writer = ProtobufWriter()
        writer.block(shared, ids + number.bytes)
        return magic + ImageEntries.whole(rest + writer.bytes)
    }
}
