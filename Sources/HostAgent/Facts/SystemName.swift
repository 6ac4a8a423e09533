import Glibc

/// What uname(2) says.
struct SystemName: Sendable, Hashable {
    /// The kernel's release, such as `6.1.0-18-amd64`.
    var release: String
    /// The machine's architecture, such as `x86_64`.
    var machine: String

    /// Of the machine that this runs on.
    static var current: SystemName {
        var name = utsname()
        uname(&name)
        return SystemName(release: text(of: name.release), machine: text(of: name.machine))
    }

    private static func text(of tuple: some Any) -> String {
        withUnsafeBytes(of: tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
