import Testing

@testable import relocate

@Suite("Numbers with their units")
struct UnitsTests {
    @Test(
        "a span of time has two units at most",
        arguments: [
            (0.0, "0s"), (-3, "0s"), (0.9, "0s"), (59.9, "59s"), (60.0, "1m00s"), (192, "3m12s"), (3600, "1h00m"),
            (7500, "2h05m"), (86_400, "1d00h"), (273_600, "3d04h"), (.infinity, "-"), (.nan, "-"),
        ])
    func span(seconds: Double, words: String) {
        #expect(Units.span(seconds: seconds) == words)
    }

    @Test(
        "milliseconds have one digit after the point, and become seconds when they are many",
        arguments: [
            (0.0, "0.0 ms"), (0.04, "0.0 ms"), (0.05, "0.1 ms"), (21.4, "21.4 ms"), (9999.9, "9999.9 ms"),
            (12_345, "12.3 s"),
        ])
    func milliseconds(value: Double, words: String) {
        #expect(Units.milliseconds(value) == words)
    }

    @Test("no measurement is a dash")
    func nothing() {
        #expect(Units.milliseconds(nil) == "-")
        #expect(Units.bytes(nil) == "-")
    }

    @Test(
        "bytes are counted in powers of 1024",
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (36_175_872, "34.5 MiB"), (268_435_456, "256 MiB"),
            (2_147_483_648, "2 GiB"), (5_497_558_138_880, "5 TiB"),
        ])
    func bytes(count: Int, words: String) {
        #expect(Units.bytes(count) == words)
    }

    @Test(
        "a number with fixed digits is rounded, not cut, and keeps its zeros",
        arguments: [
            (0.0, 2, "0.00"), (0.005, 2, "0.01"), (0.999, 2, "1.00"), (-0.004, 2, "0.00"), (-1.25, 1, "-1.3"),
            (3.0417, 3, "3.042"), (12.06, 1, "12.1"),
        ])
    func fixed(value: Double, digits: Int, words: String) {
        #expect(Units.fixed(value, digits: digits) == words)
    }

    @Test(
        "a number is told with the digits that count",
        arguments: [
            (0.0, "0"), (2154, "2154"), (430.8423761677383, "430.842"), (0.00046425255338904364, "0.000464253"),
            (123_456_789, "123457000"), (-1.5, "-1.5"), (0.1, "0.1"),
        ])
    func significant(value: Double, words: String) {
        #expect(Units.significant(value) == words)
    }

    @Test("a list ends in the word that links it")
    func list() {
        #expect(Units.list([]).isEmpty)
        #expect(Units.list(["a"]) == "a")
        #expect(Units.list(["a", "b"]) == "a and b")
        #expect(Units.list(["a", "b", "c"], "or") == "a, b or c")
    }

    @Test("a number keeps its digits and loses an empty fraction")
    func plain() {
        #expect(Units.plain(2) == "2")
        #expect(Units.plain(0.25) == "0.25")
    }
}
