/// The packages of Fedora, openSUSE and their relatives, by `rpm`.
struct RPMDatabase: Sendable {
    static let paths = ["/usr/lib/sysimage/rpm", "/var/lib/rpm"]
    let files: FactFiles

    /// The packages of files; `nil` when they cannot be looked up.
    func packages(of paths: [String]) async -> [String: InstalledPackage]? {
        let root = files.root.isEmpty ? [] : ["--root=\(files.root)"]
        let format = "%{NAME} %{VERSION}-%{RELEASE}\\n"
        var found: [String: InstalledPackage] = [:]
        for path in paths where files.exists(path) {
            // One by one: an answer does not say which file it is for.
            guard let text = await ToolOutput.of("rpm", root + ["-q", "--queryformat", format, "-f", path]) else {
                return nil
            }
            found[path] = Self.package(text)
        }
        return found
    }

    /// Parses the answer; of several packages that have the file, the first counts.
    ///
    ///     busybox 1.36.1-8.fc41
    ///     file /usr/local/bin/x is not owned by any package
    static func package(_ text: String) -> InstalledPackage? {
        guard let line = text.split(whereSeparator: \.isNewline).first else { return nil }
        let words = line.split(separator: " ")
        return words.count == 2 ? InstalledPackage(name: String(words[0]), version: String(words[1])) : nil
    }
}
