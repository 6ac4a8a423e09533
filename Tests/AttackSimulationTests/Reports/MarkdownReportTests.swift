import Testing

@testable import AttackSimulation

@Suite("The report in words")
struct MarkdownReportTests {
    private let mark = Panel.Mark(value: 0.5, label: "the half", meaning: "Half of all survive.")

    private func text(_ panel: Panel, _ values: [[Estimate]]) -> String {
        MarkdownReport(MadeUp.whole(panel, values), command: "relocate simulate test").text
    }

    @Test("says what was asked, how often it was tried, what is assumed, and how to get the same again")
    func frame() {
        let text = text(MadeUp.panel(at: [1]), [[MadeUp.estimate(0.5)]])
        for part in [
            "# Title\n", "Question?", "100 runs of each of 1 point with seed 7", "version 1.2.3",
            "\n    relocate simulate test\n", "- A note.",
        ] { #expect(text.contains(part)) }
    }

    @Test("names values with their intervals, the highest and the lowest")
    func values() {
        let text = text(
            MadeUp.panel(at: [1, 2], series: ["slow", "fast"]),
            [
                [MadeUp.estimate(0.1, 0.02), MadeUp.estimate(0.2)],
                [MadeUp.estimate(0.814, 0.05), MadeUp.estimate(0.2)],
            ])
        #expect(text.contains("| fast | 81.4 % (76.4 to 86.4) | 20.0 % |"))
        #expect(
            text.contains(
                "At 1 the highest is “fast” with 81.4 % (76.4 to 86.4), the lowest “slow” with 10.0 % (8.0 to 12.0)."))
        #expect(text.contains("At 2 the intervals of the highest and the lowest overlap"))
    }

    @Test("says where each line meets a mark, and what that means")
    func marks() {
        let text = text(
            MadeUp.panel(at: [1, 2], series: ["rising", "high", "low"], marks: [mark]),
            [
                [MadeUp.estimate(0.25), MadeUp.estimate(0.75)], [MadeUp.estimate(0.6), MadeUp.estimate(0.7)],
                [MadeUp.estimate(0.1), MadeUp.estimate(0.2)],
            ])
        #expect(
            text.contains(
                "**the half** (50.0 %): “rising” meets it at 1.5; “high” is at it or above everywhere; “low” is below it "
                    + "everywhere. Half of all survive."))
    }

    @Test("names the peak of a line that is highest in the middle")
    func peaks() {
        let text = text(
            MadeUp.panel(at: [1, 2, 3]),
            [[MadeUp.estimate(0.1, 0.01), MadeUp.estimate(0.8, 0.01), MadeUp.estimate(0.3, 0.01)]])
        #expect(text.contains("“one” is highest at 2, with 80.0 % (79.0 to 81.0)."))
    }

    @Test("writes differences of shares in points, and gains in percent")
    func comparisons() {
        func text(_ shows: Panel.Comparison) -> String {
            self.text(
                MadeUp.panel(
                    at: [1], series: ["static", "moving"], baseline: Panel.Baseline(series: "static", shows: shows)),
                [[MadeUp.estimate(0.5)], [MadeUp.estimate(0.6)]])
        }
        #expect(text(.difference).contains("| moving | +10.0 |"))
        #expect(text(.difference).contains("Share that survives, in points"))
        #expect(text(.gain).contains("| moving | +20.0 % |"))
    }

    @Test("keeps labels from meaning anything in Markdown")
    func escapes() {
        let text = text(MadeUp.panel(at: [1], series: ["a|b*c_[d]<e>"]), [[MadeUp.estimate(0.5)]])
        #expect(text.contains("a\\|b\\*c\\_\\[d\\]\\<e\\>"))
    }

    @Test("writes numbers with the digits that count")
    func numbers() {
        #expect(0.29.fixed(1) == "0.3")
        #expect((-0.04).fixed(1) == "0.0")
        #expect((-1.25).fixed(2) == "-1.25")
        #expect(12.0.fixed(0) == "12")
        #expect(0.005.fixed(3) == "0.005")
        #expect(1234.5.short == "1235" || 1234.5.short == "1234")
        #expect(0.012345.short == "0.0123")
    }
}
