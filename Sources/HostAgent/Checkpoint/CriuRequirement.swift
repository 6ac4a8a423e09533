/// Which CRIU serves a kernel: the two move together.
///
/// From Linux 6.11 on a CRIU before 4.1 cannot start (bounds of the vDSO), from 6.16 on one before 4.2 cannot dump TCP
/// sockets, and none before 3.19 leaves the network alone (`--network-lock skip`).
struct CriuRequirement: Sendable, Hashable {
    /// The kernel's release, as `uname -r` says it.
    let kernel: String

    /// The oldest version that serves.
    var oldest: String {
        switch Self.numbers(of: kernel) {
        case let release where !release.lexicographicallyPrecedes([6, 16]): "4.2"
        case let release where !release.lexicographicallyPrecedes([6, 11]): "4.1"
        default: "3.19"
        }
    }

    /// What is wrong with the CRIU that was found, and what to do; `nil` when nothing is.
    /// - Parameters:
    ///   - version: Its version; `nil` when it does not run.
    ///   - tool: Its path or name.
    func problem(of version: String?, at tool: String) -> String? {
        let remedy = "install CRIU \(oldest) or newer (scripts/bootstrap does it)"
        guard let version else { return "'\(tool)' does not run: \(remedy)" }
        guard Self.numbers(of: version).lexicographicallyPrecedes(Self.numbers(of: oldest)) else { return nil }
        return "'\(tool)' is CRIU \(version), too old for kernel \(kernel): \(remedy)"
    }

    /// The numbers that a version begins with.
    private static func numbers(of version: String) -> [Int] {
        version.prefix { $0.isNumber || $0 == "." }.split(separator: ".").compactMap { Int($0) }
    }
}
