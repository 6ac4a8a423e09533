/// The packages of Alpine Linux, by the file in which apk keeps them.
///
/// Packages are paragraphs of lines `KEY:VALUE`: `P` is the name, `V` the version, `F` a folder without the leading
/// slash, and each `R` after it a file in that folder.
struct AlpineDatabase: Sendable {
    static let path = "/lib/apk/db/installed"
    private let text: String

    /// The database in a file's text.
    init(_ text: String) { self.text = text }

    /// The packages of those files that belong to one.
    func packages(of paths: [String]) -> [String: InstalledPackage] {
        let wanted = Set(paths)
        var found: [String: InstalledPackage] = [:]
        read { package, path in
            if let path, wanted.contains(path) { found[path] = package }
        }
        return found
    }

    /// The version of a package.
    func version(of name: String) -> String? {
        var version: String?
        read { package, _ in
            if package.name == name, !package.version.isEmpty { version = package.version }
        }
        return version
    }

    /// Hands over each package with each of its files, and packages without a file.
    private func read(_ body: (InstalledPackage, String?) -> Void) {
        var package = InstalledPackage(name: "", version: "")
        var folder = ""
        for line in text.split(whereSeparator: \.isNewline) {
            guard line.dropFirst().first == ":" else { continue }
            let value = String(line.dropFirst(2))
            switch line.first {
            case "P": package = InstalledPackage(name: value, version: "")
            case "V":
                package.version = value
                body(package, nil)
            case "F": folder = value
            case "R": body(package, folder.isEmpty ? "/\(value)" : "/\(folder)/\(value)")
            default: break
            }
        }
    }
}
