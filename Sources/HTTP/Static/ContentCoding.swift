/// A coding in which a file may lie beside itself, compressed beforehand: `app.js.br` for `app.js`.
enum ContentCoding: String, CaseIterable {
    // In the order in which they are preferred when a client weighs them alike.
    case brotli = "br"
    case zstandard = "zstd"
    case gzip

    /// What is appended to the name of the file.
    var suffix: String {
        switch self {
        case .brotli: ".br"
        case .zstandard: ".zst"
        case .gzip: ".gz"
        }
    }
}

/// The value of an Accept-Encoding field (RFC 9110 section 12.5.3).
struct AcceptEncoding {
    /// In thousandths.
    private var weights: [String: Int] = [:]

    /// Reads the field; nil if there is none. Elements that are malformed are passed over.
    init(_ text: String?) {
        for element in (text ?? "").split(separator: ",") {
            let parts = element.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmingSpaces)
            guard parts.count <= 2, !parts[0].isEmpty else { continue }
            guard let weight = parts.count == 2 ? Self.weight(parts[1]) : 1000 else { continue }
            let name = parts[0].lowercased()
            weights[name == "x-gzip" ? "gzip" : name] = weight
        }
    }

    /// The codings that are better than none, the best first.
    var preferred: [ContentCoding] {
        // To send a file as it is may be refused too, but then it is still better than nothing.
        let plain = weights["identity"] ?? 0
        return ContentCoding.allCases.map { ($0, weights[$0.rawValue] ?? weights["*"] ?? 0) }
            .filter { $0.1 > 0 && $0.1 >= plain }
            .sorted { $0.1 > $1.1 }
            .map(\.0)
    }

    /// `q=0.123`, in thousandths.
    private static func weight(_ text: Substring) -> Int? {
        guard text.lowercased().hasPrefix("q="), text.utf8.count <= 7 else { return nil }
        let parts = text.dropFirst(2).split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts[0] == "0" || parts[0] == "1" else { return nil }
        let decimals = parts.count == 2 ? parts[1] : ""
        guard decimals.utf8.allSatisfy(Characters.isDigit) else { return nil }
        let padded = String(decimals) + String(repeating: "0", count: 3 - decimals.utf8.count)
        guard let thousandths = Int(padded) else { return nil }
        return min(1000, parts[0] == "1" ? 1000 + thousandths : thousandths)
    }
}
