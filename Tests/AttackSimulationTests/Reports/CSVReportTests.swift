import Testing

@testable import AttackSimulation

@Suite("The table for other programs")
struct CSVReportTests {
    /// Reads what RFC 4180 describes.
    private func rows(of text: String) -> [[String]] {
        var rows: [[String]] = [[]]
        var (field, isQuoted) = ("", false)
        var rest = Array(text.unicodeScalars)[...]
        func end() {
            rows[rows.count - 1].append(field)
            field = ""
        }
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"" where isQuoted && rest.first == "\"":
                field.append("\"")
                rest.removeFirst()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: end()
            case "\r" where !isQuoted && rest.first == "\n":
                rest.removeFirst()
                end()
                rows.append([])
            default: field.unicodeScalars.append(scalar)
            }
        }
        return rows.dropLast()
    }

    @Test("has a header and a row for each point, all equally long")
    func shape() {
        let panel = MadeUp.panel(at: [1, 2.5], series: ["a", "b"])
        let values = [MadeUp.estimate(0.25, 0.1), MadeUp.estimate(0.5)]
        let rows = rows(of: CSVReport(MadeUp.whole(panel, [values, values])).text)
        #expect(rows.count == 5)
        #expect(Set(rows.map(\.count)) == [CSVReport.header.count])
        #expect(rows[1].prefix(8) == ["panel", "a", "1", "1", "0.25", "0.15", "0.35", "100"])
        #expect(rows[2].prefix(5) == ["panel", "a", "2.5", "2.5", "0.5"])
    }

    @Test("has every figure of the outcome, and an empty field where there is none")
    func figures() throws {
        let rows = rows(of: CSVReport(MadeUp.whole(MadeUp.panel(at: [1]), [[MadeUp.estimate(0.5)]])).text)
        let fields = Dictionary(uniqueKeysWithValues: zip(rows[0], rows[1]))
        for measure in Measure.allCases {
            #expect(fields[measure.rawValue] != nil)
            #expect(fields["\(measure.rawValue)High"] != nil)
        }
        #expect(fields["survival"] == "0.5")
        #expect(fields["resisted"] == "" && fields["resistedLow"] == "")
    }

    @Test(
        "gives back any label as it was",
        arguments: ["a, b", "say \"no\"", "two\nlines", "CR\rLF\r\n", "\"", "", "plain", "ünïcode"])
    func quotes(label: String) {
        let result = MadeUp.whole(MadeUp.panel(at: [1], series: [label]), [[MadeUp.estimate(0.5)]])
        #expect(rows(of: CSVReport(result).text)[1][1] == label)
    }
}
