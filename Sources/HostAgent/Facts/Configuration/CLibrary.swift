import FleetModel
import Glibc

/// The host's C library.
enum CLibrary {
    /// `name` and `version`; `nil` when it is none that is known here.
    ///
    /// musl is told by its loader, and its version by Alpine's package database. The agent itself is a program of
    /// glibc, which tells its version.
    static func attribute(_ files: FactFiles) -> AttributeValue? {
        if files.names(in: "/lib").contains(where: { $0.hasPrefix("ld-musl-") }) {
            var table = ["name": "musl"]
            table["version"] = files.text(AlpineDatabase.path).flatMap { AlpineDatabase($0).version(of: "musl") }
            return .table(table)
        }
        var buffer = [CChar](repeating: 0, count: 64)
        guard confstr(Int32(_CS_GNU_LIBC_VERSION), &buffer, buffer.count) > 0 else { return nil }
        let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return parse(text)
    }

    /// Parses what `confstr` says: `glibc 2.36`.
    static func parse(_ text: String) -> AttributeValue? {
        let words = text.split(separator: " ")
        guard words.count == 2 else { return nil }
        return .table(["name": String(words[0]), "version": String(words[1])])
    }
}
