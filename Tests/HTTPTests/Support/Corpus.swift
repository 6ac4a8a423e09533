import Foundation
import Testing

/// A request as bytes, and the statuses with which it may be answered. Each character of `bytes` is one byte.
struct CorpusCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Fill: Decodable {
        var marker: String
        var text: String
        var count: Int
    }

    var id: String
    var rfc: String
    var allowed: Set<Int>
    var bytes: [UInt8]

    private enum Keys: String, CodingKey {
        case id, rfc, bytes, allowed, fill
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        id = try container.decode(String.self, forKey: .id)
        rfc = try container.decode(String.self, forKey: .rfc)
        allowed = try container.decode(Set<Int>.self, forKey: .allowed)
        var text = try container.decode(String.self, forKey: .bytes)
        if let fill = try container.decodeIfPresent(Fill.self, forKey: .fill) {
            text = text.replacingOccurrences(of: fill.marker, with: String(repeating: fill.text, count: fill.count))
        }
        bytes = text.unicodeScalars.map { UInt8($0.value) }
    }

    var testDescription: String { id }

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
