import FleetModel
import ImageStore

/// Files of a container on their way, beside its memory, to where it goes on.
struct FileArchive: Sendable {
    /// Where the archive is.
    let path: String
    /// What they are, for people.
    private let what: String

    /// The archive of some files.
    init(path: String, of what: String) {
        self.path = path
        self.what = what
    }

    /// Whether there are any.
    var exists: Bool { FileTree.exists(path) }

    /// Takes all that is in a folder.
    /// - Throws: `StepFailure` with `tookTooLong` when the time is over before.
    func pack(_ folder: String, within limit: TimeLimit? = nil) throws(StepFailure) {
        do {
            _ = try LayerArchive.pack(directory: folder, to: path) { try limit?.check() }
        } catch let failure as StepFailure {
            throw failure
        } catch {
            throw StepFailure(writingDown: what, error)
        }
    }

    /// Puts them into a folder.
    func unpack(into folder: String) throws(StepFailure) {
        do {
            try LayerArchive.unpack(path, into: folder)
        } catch {
            throw StepFailure(code: .restoreFailed, message: "\(what) cannot be restored", toolMessage: "\(error)")
        }
    }
}
