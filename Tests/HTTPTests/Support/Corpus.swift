import Foundation
import Testing

/// A request as bytes, and how it may be answered. Each character of `bytes` is one byte.
///
/// The files are also read by `Tests/HTTPTests/Oracles`.
struct CorpusCase: Decodable, Sendable, CustomTestStringConvertible {
    /// What becomes of a request.
    enum Outcome: Hashable, Sendable, Decodable {
        case status(Int)
        /// The connection ends without an answer.
        case closed

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let status = try? container.decode(Int.self) {
                self = .status(status)
            } else if try container.decode(String.self) == "closed" {
                self = .closed
            } else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "an outcome is a status or \"closed\"")
            }
        }
    }

    /// How firmly the RFC says it.
    enum Level: String, Decodable {
        case must, should, may
    }

    private struct Fill: Decodable {
        var marker: String
        var text: String
        var count: Int
    }

    var id: String
    /// Where it is said.
    var rfc: String
    var level: Level
    /// What others call the same: tests of Http11Probe, bugs that HTTP Garden lists (`garden-server-1`).
    var covers: [String]
    var bytes: [UInt8]
    /// How many requests stand before the one that is judged. They are good ones.
    var before: Int
    /// Whether another request may follow. Otherwise the client ends after these bytes.
    var isFollowed: Bool
    var allowed: Set<Outcome>
    /// The path and the length of the content that a server has read, if it accepts.
    var answer: String?

    private enum Keys: String, CodingKey {
        case id, rfc, level, covers, bytes, fill, before, followed, allowed, answer
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        id = try container.decode(String.self, forKey: .id)
        rfc = try container.decode(String.self, forKey: .rfc)
        level = try container.decode(Level.self, forKey: .level)
        covers = try container.decodeIfPresent([String].self, forKey: .covers) ?? []
        before = try container.decodeIfPresent(Int.self, forKey: .before) ?? 0
        isFollowed = try container.decodeIfPresent(Bool.self, forKey: .followed) ?? true
        allowed = try container.decode(Set<Outcome>.self, forKey: .allowed)
        answer = try container.decodeIfPresent(String.self, forKey: .answer)
        var text = try container.decode(String.self, forKey: .bytes)
        if let fill = try container.decodeIfPresent(Fill.self, forKey: .fill) {
            text = text.replacingOccurrences(of: fill.marker, with: String(repeating: fill.text, count: fill.count))
        }
        bytes = text.unicodeScalars.map { UInt8($0.value) }
    }

    var testDescription: String { id }

    /// Whether the request that is judged is answered without content.
    var isHead: Bool { before == 0 && bytes.starts(with: "HEAD ".utf8) }

    /// Whether it may be answered as wished.
    var mayBeAccepted: Bool {
        allowed.contains { if case .status(200..<300) = $0 { true } else { false } }
    }

    /// All cases of all files.
    static let all: [CorpusCase] = {
        let folder = Bundle.module.bundleURL.appendingPathComponent("Corpus")
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "json" }.flatMap { file in
            do {
                return try JSONDecoder().decode([CorpusCase].self, from: Data(contentsOf: file))
            } catch {
                fatalError("\(file.lastPathComponent): \(error)")
            }
        }
    }()
}
