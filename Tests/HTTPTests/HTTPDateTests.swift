import Testing

@testable import HTTP

@Suite("Dates")
struct HTTPDateTests {
    private static let now = 1_800_000_000

    @Test(
        "the three forms of a date are one moment",
        arguments: [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        ])
    func forms(_ text: String) {
        #expect(HTTPDate.parse(text, now: Self.now) == 784_111_777)
    }

    @Test("what is written is what is read", arguments: [0, 784_111_777, 951_827_696, 1_709_164_800, 4_102_444_799])
    func roundTrip(_ seconds: Int) {
        #expect(HTTPDate.parse(HTTPDate.format(seconds), now: Self.now) == seconds)
    }

    @Test("a year of two digits is the one that is at most 50 years ahead")
    func shortYears() {
        #expect(HTTPDate.parse("Friday, 01-Jan-77 00:00:00 GMT", now: Self.now) == 3_376_684_800)
        #expect(HTTPDate.parse("Sunday, 01-Jan-78 00:00:00 GMT", now: Self.now) == 252_460_800)
    }

    @Test(
        "anything else is no date",
        arguments: [
            "", "0", "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 6 Nov 1994 08:49:37 GMT", "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT",
            "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 +8:49:37 GMT", " Sun, 06 Nov 1994 08:49:37 GMT",
        ])
    func malformed(_ text: String) {
        #expect(HTTPDate.parse(text, now: Self.now) == nil)
    }
}
