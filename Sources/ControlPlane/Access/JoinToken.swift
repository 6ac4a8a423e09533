import FleetLedger
import FleetModel
import FoundationEssentials
import SystemSupport

/// The secret that entitles a machine to become a host of the fleet. It lies in the state directory, owner only, for the
/// operator to hand to new hosts.
struct JoinToken {
    /// What a machine's secret must match.
    let hash: SecretHash

    /// Reads the token, or makes one.
    /// - Throws: `StateDirectory.Failure` when the file can be neither read nor written.
    init(directory: String) throws {
        let path = directory + "/join-token"
        if let data = FileManager.default.contents(atPath: path) {
            let text = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace).first
            guard let text else {
                throw StateDirectory.Failure(path: path, detail: "is empty; remove it to get a new one")
            }
            hash = SecretHash(of: String(text))
            return
        }
        let token = Secret.random()
        try StateDirectory.write(token + "\n", to: path)
        hash = SecretHash(of: token)
    }
}

/// The control plane's own directory.
enum StateDirectory {
    /// A file or directory that cannot be used.
    struct Failure: Error, CustomStringConvertible {
        var path: String
        var detail: String
        var description: String { "\(path): \(detail)" }
    }

    /// Makes the directory, owner only, unless it is there.
    static func make(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure(path: path, detail: "cannot be made: \(error)")
        }
    }

    /// Writes a file that only its owner may read. It is on the disk as a whole, or not there at all.
    static func write(_ text: String, to path: String) throws {
        do {
            try WholeFile.write(Array(text.utf8), to: path, outliving: .machine)
        } catch {
            throw Failure(path: path, detail: error.reason)
        }
    }
}
