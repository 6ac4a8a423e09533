/// A package with its version, as the host's package manager writes it.
struct InstalledPackage: Sendable, Hashable {
    var name: String
    var version: String
}

/// Which packages programs belong to, by dpkg, apk or rpm, whichever has a database on the host. A program is looked up
/// once, and again after it was replaced.
struct PackageDatabase: Sendable {
    /// A program that runs on the host.
    struct Program: Sendable, Hashable {
        var path: String
        var identity: FileIdentity
    }

    let files: FactFiles
    private var known: [Program: InstalledPackage?] = [:]

    /// The database below a root.
    init(files: FactFiles) { self.files = files }

    /// The packages of those programs that belong to one.
    mutating func packages(of programs: Set<Program>) async -> [Program: InstalledPackage] {
        let new = programs.filter { known[$0] == nil }
        known = known.filter { programs.contains($0.key) }
        // When the package manager does not answer, it is asked again next time.
        if !new.isEmpty, let found = await lookUp(new.map(\.path)) {
            for program in new {
                known[program] = .some(Self.spellings(of: program.path).lazy.compactMap { found[$0] }.first)
            }
        }
        return known.compactMapValues(\.self)
    }

    /// The paths by which the database may know a file: where `/bin` is a link to `/usr/bin`, packages may have either.
    static func spellings(of path: String) -> [String] {
        for folder in ["/bin/", "/sbin/", "/lib/"] {
            if path.hasPrefix(folder) { return [path, "/usr\(path)"] }
            if path.hasPrefix("/usr\(folder)") { return [path, String(path.dropFirst("/usr".count))] }
        }
        return [path]
    }

    private func lookUp(_ paths: [String]) async -> [String: InstalledPackage]? {
        let paths = paths.flatMap(Self.spellings).sorted()
        if files.exists(DebianDatabase.path) { return await DebianDatabase(files: files).packages(of: paths) }
        if let text = files.text(AlpineDatabase.path) { return AlpineDatabase(text).packages(of: paths) }
        if RPMDatabase.paths.contains(where: files.exists) {
            return await RPMDatabase(files: files).packages(of: paths)
        }
        return [:]
    }
}
