import CArchive
import Glibc

/// A directory of its own for one piece of work, removed with everything in it when the work is over.
///
/// Whoever works below `tmp` holds a shared lock on it. Who gets it alone knows that whatever lies there was left by
/// work that was interrupted, here or on another host, and removes it.
enum WorkDirectory {
    /// Does the work, and removes the directory whether it succeeds or not.
    static func use<Value>(in parent: String, _ work: (_ path: String) throws -> Value) throws -> Value {
        try OpenFile(reading: parent).use { lock in
            let tree = try Tree(parent)
            if flock(lock, LOCK_EX | LOCK_NB) == 0 {
                for name in try tree.names(in: .root) { try tree.remove(EntryPath(unchecked: name)) }
            }
            guard flock(lock, LOCK_SH) == 0 else { throw ImageError.system("lock \(parent)") }
            let name = String(UInt64.random(in: .min ... .max), radix: 36)
            guard mkdir("\(parent)/\(name)", 0o700) == 0 else {
                throw ImageError.system("make a directory in \(parent)")
            }
            defer { try? tree.remove(EntryPath(unchecked: Array(name.utf8))) }
            return try work("\(parent)/\(name)")
        }
    }
}

/// Has things on the disk before they are given their place.
enum DiskOrder {
    /// Waits until a directory's entries are on the disk.
    static func sync(_ directory: String) throws {
        let file = try OpenFile(reading: directory)
        guard file.use({ fsync($0) }) == 0 else { throw ImageError.system("write \(directory)") }
    }

    /// Waits until everything below a directory's file system is on the disk.
    static func syncFileSystem(of directory: String) throws {
        let file = try OpenFile(reading: directory)
        guard file.use({ syncfs($0) }) == 0 else { throw ImageError.system("write \(directory)") }
    }
}
