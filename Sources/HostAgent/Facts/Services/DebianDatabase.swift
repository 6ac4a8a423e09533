/// The packages of Debian and its descendants, by `dpkg-query`.
struct DebianDatabase: Sendable {
    static let path = "/var/lib/dpkg/status"
    let files: FactFiles

    /// The packages of files; `nil` when they cannot be looked up.
    func packages(of paths: [String]) async -> [String: InstalledPackage]? {
        let folder = "--admindir=\(files.root)/var/lib/dpkg"
        // dpkg-query takes patterns.
        let names = paths.filter { !$0.contains(where: { "*?[\\".contains($0) }) }
        guard let found = await ToolOutput.of("dpkg-query", [folder, "-S"] + names) else { return nil }
        let owners = Self.owners(found)
        guard !owners.isEmpty else { return [:] }
        let format = "${Package} ${Version}\\n"
        guard
            let listed = await ToolOutput.of(
                "dpkg-query", [folder, "-W", "-f", format] + Set(owners.values).sorted())
        else { return nil }
        let versions = Self.versions(listed)
        return owners.compactMapValues { name in
            versions[name].map { InstalledPackage(name: name, version: $0) }
        }
    }

    /// Parses the answer to `dpkg-query -S`: packages by path, without their architecture.
    ///
    ///     busybox-static: /bin/busybox
    ///     libc6:amd64, libc6:i386: /usr/share/doc/libc6
    ///     diversion by dash from: /bin/sh
    static func owners(_ text: String) -> [String: String] {
        var owners: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard !line.hasPrefix("diversion by "), let separator = line.firstRange(of: ": ") else { continue }
            let name = line[..<separator.lowerBound].prefix { $0 != "," && $0 != ":" }
            owners[String(line[separator.upperBound...])] = String(name)
        }
        return owners
    }

    /// Parses the answer to `dpkg-query -W`: versions by package.
    static func versions(_ text: String) -> [String: String] {
        var versions: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ")
            if words.count == 2 { versions[String(words[0])] = String(words[1]) }
        }
        return versions
    }
}
