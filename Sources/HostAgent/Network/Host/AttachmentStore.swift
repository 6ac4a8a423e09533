import FleetModel
import FoundationEssentials
import Glibc
import SystemSupport

/// The records of attachments on disk, one file each, replaced as a whole so that no reader ever finds half a record.
struct AttachmentStore: Sendable {
    private let directory: String

    /// Opens the store in a folder, which is made when it is missing.
    init(directory: String) throws(StepFailure) {
        self.directory = directory
        do {
            try makeDirectories(directory)
        } catch {
            throw StepFailure(error)
        }
    }

    /// Every record. A file that cannot be read stops the start: guessing would leave a container's addresses open.
    func load() throws(StepFailure) -> [Attachment] {
        var attachments: [Attachment] = []
        do {
            for name in try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
            where name.hasSuffix(".json") {
                guard let bytes = FileManager.default.contents(atPath: "\(directory)/\(name)") else { continue }
                attachments.append(try FleetJSON.decode(Attachment.self, from: bytes))
            }
        } catch {
            throw StepFailure(
                code: .networkFailed, message: "cannot read the records in \(directory)", toolMessage: "\(error)")
        }
        return attachments
    }

    /// Writes a record. It outlives the agent; nothing has to outlive the machine, because what records tell of does
    /// not either.
    func save(_ attachment: Attachment) throws(StepFailure) {
        do {
            try WholeFile.write(try FleetJSON.encode(attachment), to: path(of: attachment.stay))
        } catch {
            throw StepFailure(code: .networkFailed, message: "cannot keep a record", toolMessage: "\(error)")
        }
    }

    /// Removes a record. It need not be there.
    func remove(_ stay: Stay) throws(StepFailure) {
        guard unlink(path(of: stay)) == 0 || errno == ENOENT else {
            throw StepFailure(NetlinkError.current("record \(path(of: stay))"))
        }
    }

    private func path(of stay: Stay) -> String { "\(directory)/\(stay).json" }
}
