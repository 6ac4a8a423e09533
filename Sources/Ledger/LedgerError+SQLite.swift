import FleetLedger
import FleetModel
import GRDB

extension LedgerError {
    /// Runs a piece of database work and gives every failure of it a code.
    static func wrapping<Value>(_ action: String, _ work: () throws -> Value) throws -> Value {
        do { return try work() } catch { throw LedgerError(from: error, in: action) }
    }

    init(from error: any Error, in action: String) {
        switch error {
        case let error as LedgerError: self = error
        case let error as DatabaseError: self.init(Code(error.resultCode), "cannot \(action)", cause: error)
        case is DecodingError, is ModelError:
            self.init(.unreadable, "cannot \(action): the ledger holds an unknown form", cause: error)
        case is EncodingError: self.init(.invalidValue, "cannot \(action): not a value of JSON", cause: error)
        default: self.init(.failed, "cannot \(action)", cause: error)
        }
    }
}

extension LedgerError.Code {
    init(_ code: ResultCode) {
        self =
            switch code {
            case .SQLITE_FULL: .diskFull
            case .SQLITE_READONLY: .readOnly
            case .SQLITE_CANTOPEN: .cannotOpen
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
            case .SQLITE_CONSTRAINT: .conflict
            case .SQLITE_BUSY, .SQLITE_LOCKED: .inUse
            default: .failed
            }
    }
}
