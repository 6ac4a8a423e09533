import FleetLedger
import Glibc
import Synchronization

/// The files of a ledger on disk.
enum LedgerFile {
    /// Sees to it that the file exists and that only its owner may read it. SQLite gives its companion files the same
    /// mode.
    /// - Throws: `LedgerError` with the code `cannotOpen`, `diskFull` or `readOnly`.
    static func makePrivate(_ path: String) throws {
        let descriptor = try open(path)
        defer { Glibc.close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else { throw failure("protect", path) }
    }

    static func open(_ path: String) throws -> Int32 {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("open", path) }
        return descriptor
    }

    static func failure(_ verb: String, _ path: String) -> LedgerError {
        let number = errno
        let code: LedgerError.Code =
            switch number {
            case ENOSPC, EDQUOT: .diskFull
            case EROFS: .readOnly
            default: .cannotOpen
            }
        return LedgerError(code, "cannot \(verb) \(path): \(String(cString: strerror(number)))")
    }
}

/// Keeps a second process from opening the same ledger.
final class LedgerLock: Sendable {
    private let descriptor: Mutex<Int32?>

    /// Takes the lock.
    /// - Throws: `LedgerError` with the code `inUse` or `cannotOpen`.
    init(path: String) throws {
        let opened = try LedgerFile.open(path)
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let isTaken = errno == EWOULDBLOCK
            let failure = LedgerFile.failure("lock", path)
            close(opened)
            throw isTaken ? LedgerError(.inUse, "another process has the ledger open (it holds \(path))") : failure
        }
        descriptor = Mutex(opened)
    }

    /// Gives the lock up; a second time does nothing.
    func release() {
        descriptor.withLock { held in
            // A process that another thread is just starting may hold a copy of the descriptor until it runs its program.
            if let held {
                flock(held, LOCK_UN)
                close(held)
            }
            held = nil
        }
    }

    deinit { release() }
}
