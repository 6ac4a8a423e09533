import FleetModel

/// A value kept in a file.
struct JSONFile: Sendable {
    private let path: String

    init(_ path: String) { self.path = path }

    /// Replaces the file as a whole.
    func write(_ value: some Encodable) throws(StepFailure) {
        do {
            try FileBytes.replace(path, with: try FleetJSON.encode(value))
        } catch let failure as StepFailure {
            throw failure
        } catch {
            throw StepFailure(code: .internalError, message: "cannot write \(path)", toolMessage: "\(error)")
        }
    }

    /// Reads the file.
    func read<Value: Decodable>(_ type: Value.Type) throws(StepFailure) -> Value {
        let bytes = try FileBytes.read(path)
        do {
            return try FleetJSON.decode(type, from: bytes)
        } catch {
            throw StepFailure(code: .internalError, message: "\(path) is not what it should be", toolMessage: "\(error)")
        }
    }
}
