import Testing

@testable import relocate

@Suite("Tables")
struct TableTests {
    private let plain = Style(isColoured: false)
    private let coloured = Style(isColoured: true)

    private func table(_ rows: [[Table.Cell]]) -> Table {
        Table(columns: [.words("Name"), .numbers("Size"), .words("Note")], rows: rows)
    }

    @Test("columns are aligned under a header in upper case, numbers at their end")
    func alignment() {
        let text = table([["a", "1", "x"], ["longer", "1000", "y"]]).text(in: plain)
        #expect(text == "NAME    SIZE  NOTE\na          1  x\nlonger  1000  y\n")
    }

    @Test("nothing is a dash and has no tone")
    func nothing() {
        let text = table([[Table.Cell(String?.none, .bad), "", "x"]]).text(in: coloured)
        #expect(text.split(separator: "\n").last == "-        -  x")
    }

    @Test("no line ends in spaces")
    func lineEnds() {
        let text = table([["a", "1", "long note"], ["b", "2", "n"]]).text(in: plain)
        #expect(text.split(separator: "\n").allSatisfy { !$0.hasSuffix(" ") })
    }

    @Test("colours change neither the words nor the alignment")
    func colours() {
        let table = table([[Table.Cell("a", .good), "1", Table.Cell("x", .bad)], ["longer", "1000", "y"]])
        let text = table.text(in: coloured)
        #expect(text.contains("\u{1B}[32ma\u{1B}[0m     "))
        #expect(text.replacing(/\u{1B}\[[0-9]+m/, with: "") == table.text(in: plain))
    }

    @Test("what comes from elsewhere cannot command the terminal")
    func controlCharacters() {
        let text = table([["a\u{1B}[31m", "1\u{7}", "two\nlines\u{9B}"]]).text(in: plain)
        #expect(text.split(separator: "\n").last == "a?[31m    1?  two lines?")
        #expect("red\u{1B}[0m\tand\r\nmore".printableLines == "red?[0m\tand?\nmore")
    }

    @Test("properties stand below each other with their values aligned")
    func details() {
        var details = Details()
        details.add("Name", "echo")
        details.add("Environment", lines: ["A=1", "B=2"])
        details.addIfAny("Reason", String?.none)
        details.add("Host", String?.none)
        #expect(details.text(in: plain) == "Name         echo\nEnvironment  A=1\n             B=2\nHost         -\n")
    }
}
