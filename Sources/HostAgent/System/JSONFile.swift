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

    /// Overwrites a file that no other process reads meanwhile. See `FileBytes.overwrite`.
    func overwrite(_ value: some Encodable) throws(StepFailure) {
        do {
            var bytes = try FleetJSON.encode(value)
            // Whole blocks, filled up with blanks: a shorter value leaves nothing of a longer one behind.
            let length = (bytes.count / Self.block + 1) * Self.block
            bytes += [UInt8](repeating: UInt8(ascii: " "), count: length - bytes.count)
            try FileBytes.overwrite(path, with: bytes)
        } catch let failure as StepFailure {
            throw failure
        } catch {
            throw StepFailure(code: .internalError, message: "cannot write \(path)", toolMessage: "\(error)")
        }
    }

    private static let block = 64 << 10

    /// Reads the file.
    func read<Value: Decodable>(_ type: Value.Type) throws(StepFailure) -> Value {
        let bytes = try FileBytes.read(path)
        do {
            return try FleetJSON.decode(type, from: bytes)
        } catch {
            throw StepFailure(
                code: .internalError, message: "\(path) is not what it should be", toolMessage: "\(error)")
        }
    }
}
