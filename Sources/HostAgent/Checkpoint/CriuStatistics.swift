import FleetModel
import Glibc

/// What CRIU measured itself, from the file it leaves beside its images.
enum CriuStatistics {
    /// From the first task being told to stop until all were gone or ran again; `nil` when there is no such file.
    ///
    /// The file is an image of one message: two magic numbers and a length, 32 bits each, then the message.
    static func frozenMilliseconds(in images: String) -> Double? {
        guard let bytes = try? FileBytes.read(images + "/stats-dump"), bytes.count > 12 else { return nil }
        guard let message = try? ProtobufMessage(Array(bytes.dropFirst(12))), let dump = try? message.message(1),
            let freezing = dump.integer(1), let frozen = dump.integer(2)
        else { return nil }
        return Double(freezing + frozen) / 1000
    }
}
