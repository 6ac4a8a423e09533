import Glibc

/// The files that facts are read from. What cannot be read is `nil` or empty, never an error: the fact is then unknown.
struct FactFiles: Sendable {
    /// What is put before each path: nothing for the machine itself, a folder in tests.
    var root = ""

    /// A file's text.
    func text(_ path: String) -> String? {
        (try? FileBytes.read(root + path)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The text of a file that holds one line, without the white space around it; `nil` when there is none.
    func line(_ path: String) -> String? {
        guard let text = text(path) else { return nil }
        let line = text.trimmingWhitespace()
        return line.isEmpty ? nil : line
    }

    /// Whether there is such a file or folder.
    func exists(_ path: String) -> Bool { access(root + path, F_OK) == 0 }

    /// The names in a folder, in alphabetical order.
    func names(in folder: String) -> [String] {
        guard let directory = opendir(root + folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Where a symbolic link leads, as it says.
    func link(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(root + path, &buffer, buffer.count)
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// The number of the socket that a process's descriptor stands for, such as 4711 of a link to `socket:[4711]`; `nil`
    /// for anything else.
    func socket(_ path: String) -> UInt64? {
        let prefix = "socket:["
        guard let target = link(path), target.hasPrefix(prefix) else { return nil }
        return UInt64(target.dropFirst(prefix.count).dropLast())
    }
}

/// Which file it is, and whether it is still the same: one that was replaced or changed has another identity.
struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let number: UInt64
    private let seconds: Int
    private let nanoseconds: Int

    /// The file that a path leads to; `nil` when there is none, or it may not be looked at.
    init?(_ path: String) {
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        device = UInt64(information.st_dev)
        number = UInt64(information.st_ino)
        seconds = information.st_mtim.tv_sec
        nanoseconds = information.st_mtim.tv_nsec
    }
}

extension StringProtocol {
    /// Without the white space around it.
    func trimmingWhitespace() -> String {
        let start = drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
