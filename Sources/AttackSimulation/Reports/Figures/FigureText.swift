/// Text in figures: how wide it is about, and where it is broken.
///
/// Nobody knows here which font a reader has. The widths are those of common fonts without serifs, taken wide.
enum FigureText {
    /// About how wide a text is, in the unit of the font's size.
    static func width(_ text: String, size: Double, isBold: Bool = false) -> Double {
        let sum = text.reduce(0.0) { $0 + width(of: $1) }
        return sum * size * (isBold ? 1.14 : 1.07)
    }

    private static func width(of character: Character) -> Double {
        switch character {
        case "i", "j", "l", "'", ".", ",", ":", ";", "!", "|": 0.28
        case "f", "t", "r", "(", ")", "[", "]", "-", "/", " ", "I": 0.37
        case "m", "w", "M", "W", "%", "—", "…": 0.9
        case "A"..."Z": 0.72
        default: 0.58
        }
    }

    /// A text in lines that are no wider than this, broken between words, and within words that are wider.
    static func lines(_ text: String, width limit: Double, size: Double, isBold: Bool = false) -> [String] {
        func fits(_ line: some StringProtocol) -> Bool { width(String(line), size: size, isBold: isBold) <= limit }
        var lines: [String] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            if let last = lines.last, fits("\(last) \(word)") {
                lines[lines.count - 1] = "\(last) \(word)"
                continue
            }
            var rest = word
            while !fits(rest), rest.count > 1 {
                var piece = rest.dropLast()
                while !fits(piece), piece.count > 1 { piece = piece.dropLast() }
                lines.append(String(piece))
                rest = rest[piece.endIndex...]
            }
            lines.append(String(rest))
        }
        return lines
    }
}

extension String {
    /// This text for an XML document: with references for what has a meaning there, and without what must not be there.
    var escapedForXML: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            case "\t", "\n", "\r": text += " "
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
