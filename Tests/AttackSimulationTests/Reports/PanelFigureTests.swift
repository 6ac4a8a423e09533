import Foundation
import Testing

@testable import AttackSimulation

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("A panel's figure")
struct PanelFigureTests {
    /// What there is in an XML document.
    private final class Reader: NSObject, XMLParserDelegate {
        var elements: [(name: String, attributes: [String: String])] = []
        var texts: [String] = []

        func parser(
            _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
            qualifiedName qName: String?, attributes attributeDict: [String: String] = [:]
        ) {
            elements.append((elementName, attributeDict))
            texts.append("")
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) {
            // What stands between elements is for the eye alone.
            if string != "\n" { texts[texts.count - 1] += string }
        }
    }

    private func read(_ svg: String) throws -> Reader {
        let reader = Reader()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = reader
        try #require(parser.parse(), "\(String(describing: parser.parserError)) in \(svg)")
        return reader
    }

    private static let nasty = "<b>\"5\" & '6'</b>]]> \u{1} ü"

    private func panel(_ form: Panel.Form) -> Panel {
        var panel = MadeUp.panel(
            at: [1, 2, 3], series: ["one", Self.nasty],
            marks: [Panel.Mark(value: 0.4, label: Self.nasty, meaning: "None.")])
        panel.title = Self.nasty
        panel.form = form
        return panel
    }

    private func figure(_ panel: Panel) -> PanelFigure {
        let values = [MadeUp.estimate(0.2, 0.1), MadeUp.estimate(0.5, 0.1), MadeUp.estimate(0.9, 0.05)]
        return PanelFigure(panel, MadeUp.result(panel, [values, values.reversed()]))
    }

    @Test("is XML with a title and a description, whatever its texts are", arguments: Panel.Form.allCases)
    func wellFormed(form: Panel.Form) throws {
        let reader = try read(figure(panel(form)).svg)
        let root = try #require(reader.elements.first)
        #expect(root.name == "svg" && root.attributes["role"] == "img")
        let title = try #require(reader.elements.firstIndex { $0.name == "title" })
        #expect(reader.texts[title].hasPrefix("<b>\"5\" & '6'</b>]]> \u{FFFD} ü"))
        #expect(reader.elements.contains { $0.name == "desc" })
        #expect(!reader.elements.contains { $0.name == "b" })
    }

    @Test("stands alone in light colours, and takes those of a page that has others", arguments: Panel.Form.allCases)
    func colours(form: Panel.Form) throws {
        let reader = try read(figure(panel(form)).svg)
        #expect(reader.elements[3].attributes["fill"] == "var(--figure-background, #ffffff)")
        let paints = reader.elements.flatMap { element in
            ["fill", "stroke"].compactMap { element.attributes[$0] }.filter { $0 != "none" }
        }
        #expect(paints.allSatisfy { $0.hasPrefix("var(--figure-") && $0.hasSuffix(")") && $0.contains(", #") })
        #expect(reader.elements.allSatisfy { $0.attributes["style"] == nil && $0.attributes["id"] == nil })
    }

    @Test("has nothing that is not a number where numbers belong", arguments: Panel.Form.allCases)
    func numbers(form: Panel.Form) throws {
        var panel = panel(form)
        panel.marks = []
        let values = [MadeUp.estimate(0), MadeUp.estimate(0), MadeUp.estimate(0)]
        for figure in [figure(panel), PanelFigure(panel, MadeUp.result(panel, [values, values]))] {
            #expect(!figure.svg.contains("nan") && !figure.svg.contains("inf"))
        }
    }

    @Test("writes out every value of bars and tables", arguments: [Panel.Form.bars, .table])
    func values(form: Panel.Form) throws {
        let texts = try read(figure(panel(form)).svg).texts
        for value in ["20.0 %", "50.0 %", "90.0 %"] { #expect(texts.filter { $0 == value }.count == 2) }
    }

    @Test("says that there is no value where there is none", arguments: Panel.Form.allCases)
    func missing(form: Panel.Form) throws {
        var panel = panel(form)
        panel.y.measure = .resisted
        let reader = try read(figure(panel).svg)
        #expect(form == .lines || reader.texts.contains("none"))
    }

    @Test("keeps labels apart, in the order of what they belong to")
    func labels() {
        var generator = Xoshiro256(seed: 3)
        for _ in 0..<200 {
            let labels = (0..<Int.random(in: 1...9, using: &generator)).map { _ in
                LabelColumn.Label(
                    anchor: Double.random(in: 0...300, using: &generator),
                    height: Double.random(in: 10...30, using: &generator))
            }
            let middles = LabelColumn(labels, within: 0...300).middles
            let order = labels.indices.sorted { labels[$0].anchor < labels[$1].anchor }
            for (upper, lower) in zip(order, order.dropFirst()) {
                let distance = (labels[upper].height + labels[lower].height) / 2
                #expect(middles[lower] - middles[upper] >= distance - 1e-9)
            }
            for number in labels.indices {
                #expect(middles[number] >= labels[number].height / 2 - 1e-9)
                #expect(middles[number] <= 300 - labels[number].height / 2 + 1e-9)
            }
        }
    }

    @Test("breaks a text where it would be too wide, between words if it can")
    func lines() {
        #expect(FigureText.lines("one two three", width: 60, size: 12) == ["one two", "three"])
        #expect(FigureText.lines("", width: 50, size: 12) == [])
        let lines = FigureText.lines("incomprehensibly short", width: 50, size: 12)
        #expect(lines.count > 2 && lines.joined().filter { $0 != " " } == "incomprehensiblyshort")
        #expect(lines.allSatisfy { FigureText.width($0, size: 12) <= 50 })
        #expect(FigureText.lines("ab", width: 1, size: 12) == ["a", "b"])
    }
}
