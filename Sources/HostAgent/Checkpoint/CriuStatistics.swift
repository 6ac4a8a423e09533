import FleetModel

/// What CRIU measured itself, from the file it leaves beside its images.
enum CriuStatistics {
    /// From the first task being told to stop until all were gone or ran again; `nil` when there is no such file.
    static func frozenMilliseconds(in images: String) -> Double? {
        guard let bytes = try? FileBytes.read(images + "/stats-dump"),
            var entries = ImageEntries(bytes, of: .statistics), let entry = entries.next(),
            let message = try? ProtobufMessage(entry), let dump = try? message.message(1),
            let freezing = dump.integer(1), let frozen = dump.integer(2)
        else { return nil }
        return Double(freezing + frozen) / 1000
    }
}
