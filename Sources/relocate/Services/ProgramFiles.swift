import ArgumentParser
import Foundation

/// The files that belong to the program: the dashboard and the ledger's migrations.
///
/// They are looked for in `RELOCATE_HOME`, then beside the executable and in the directories above it, as in a source
/// tree, then in `/usr/share/relocate`.
enum ProgramFiles {
    /// The directory of this name that holds a file of this name.
    /// - Throws: `ValidationError` that says where was looked.
    static func directory(_ name: String, with file: String, option: String) throws -> String {
        let places = candidates()
        for place in places where FileManager.default.fileExists(atPath: "\(place)/\(name)/\(file)") {
            return "\(place)/\(name)"
        }
        throw ValidationError(
            "the directory \(name) was not found in \(places.joined(separator: ", ")); give it with \(option)")
    }

    private static func candidates() -> [String] {
        var places: [String] = []
        if let home = ProcessInfo.processInfo.environment["RELOCATE_HOME"] { places.append(home) }
        var place = URL(filePath: executable).deletingLastPathComponent()
        for _ in 0..<5 {
            places.append(place.path(percentEncoded: false).trimmingSuffix("/"))
            place.deleteLastPathComponent()
        }
        return places + ["/usr/share/relocate"]
    }

    /// The path of this program.
    static var executable: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) && count > suffix.count ? String(dropLast(suffix.count)) : self
    }
}
