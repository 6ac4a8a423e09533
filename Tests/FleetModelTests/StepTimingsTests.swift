import Testing

@testable import FleetModel

@Suite("What agents measure of a step")
struct StepTimingsTests {
    @Test("parts are read and written under their names, and told in one order")
    func names() throws {
        let timings = try FleetJSON.decode(StepTimings.self, from: Array(#"{"resume":0.5,"frozen":12.75}"#.utf8))
        #expect(timings == [.frozen: 12.75, .resume: 0.5])
        #expect(timings.parts.map(\.part) == [.frozen, .resume])
        #expect(timings[.dump] == nil)
        #expect(String(decoding: try FleetJSON.encode(timings), as: UTF8.self) == #"{"frozen":12.75,"resume":0.5}"#)
    }

    @Test("a part that only a newer agent knows is left out")
    func unknown() throws {
        let timings = try FleetJSON.decode(StepTimings.self, from: Array(#"{"dump":3,"transfer":9}"#.utf8))
        #expect(timings == [.dump: 3])
    }

    @Test("what is no number is refused")
    func wrong() {
        #expect(throws: DecodingError.self) {
            try FleetJSON.decode(StepTimings.self, from: Array(#"{"dump":"long"}"#.utf8))
        }
    }
}
