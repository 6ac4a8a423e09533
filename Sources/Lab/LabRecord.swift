import FleetModel
import FoundationEssentials
import SystemSupport

/// What a lab keeps about itself on disk.
struct LabRecord: Codable, Sendable {
    var plan: LabPlan
    /// What is to run.
    var intended: [LabProcess]
    /// What was started.
    var processes: [RecordedProcess] = []

    /// Reads the record; `nil` when there is none, or none that can be understood: taking a lab down must be possible
    /// without it.
    static func load(_ location: LabLocation) -> LabRecord? {
        guard let bytes = FileManager.default.contents(atPath: location.stateFile) else { return nil }
        return try? FleetJSON.decode(LabRecord.self, from: bytes)
    }

    /// Writes the record as a whole.
    func save() throws(LabError) {
        let path = plan.location.stateFile
        do {
            try WholeFile.write(try FleetJSON.encode(self), to: path)
        } catch {
            throw .files(path: path, reason: "\(error)")
        }
    }
}

/// A process as it was started. Its start time tells it from another that has got its number.
struct RecordedProcess: Codable, Sendable, Hashable {
    var name: String
    var identity: ProcessIdentity
}
