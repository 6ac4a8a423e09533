import Testing

@testable import HTTP

@Suite("Request parser")
struct RequestParserTests {
    static let second = Array("GET /second HTTP/1.1\r\nHost: b\r\n\r\n".utf8)

    @Test("the corpus has more than 400 cases, each with a name of its own")
    func corpusIsThere() {
        #expect(CorpusCase.all.count > 400)
        #expect(Set(CorpusCase.all.map(\.id)).count == CorpusCase.all.count)
    }

    @Test(
        "every case of the corpus is judged as its RFC says, and a good one leaves the next request intact",
        arguments: CorpusCase.all)
    func corpus(_ item: CorpusCase) {
        let recording = Recording(item.bytes + (item.isFollowed ? Self.second : []), pieces: [])
        let messages = recording.messages
        #expect(messages.count >= item.before)
        let areBeforeComplete = messages.prefix(item.before).allSatisfy { $0.isComplete && $0.path != nil }
        #expect(areBeforeComplete)
        guard messages.count > item.before, messages[item.before].isComplete else {
            let outcome = recording.status.map(CorpusCase.Outcome.status) ?? .closed
            #expect(item.allowed.contains(outcome), "\(item.rfc): \(outcome)")
            #expect(messages.count <= item.before + 1)
            return
        }
        let judged = messages[item.before]
        if let path = judged.path {
            #expect(item.mayBeAccepted, "\(item.rfc): accepted")
            if let answer = item.answer { #expect("\(path) \(judged.content.count)" == answer) }
        } else {
            #expect(item.allowed.contains(.status(400)), "\(item.rfc): the target is refused")
        }
        // What follows a request to close is read by nobody; only the parser goes on.
        guard item.isFollowed, judged.keepsAlive else { return }
        #expect(recording.status == nil)
        #expect(messages.count == item.before + 2)
        #expect(messages.last?.path == "/second")
        #expect(messages.last?.isComplete == true)
    }

    @Test("however the input is cut, the same events come out", arguments: CorpusCase.all)
    func splitInvariance(_ item: CorpusCase) {
        let bytes = item.bytes + (item.isFollowed ? Self.second : [])
        let whole = Recording(bytes, pieces: [])
        // The limits' cases are long; for them larger pieces do.
        let largest = max(30, bytes.count / 20)
        if bytes.count < 1000 {
            #expect(Recording(bytes, pieces: Array(repeating: 1, count: bytes.count)) == whole)
        }
        var random = SeededGenerator(seed: UInt64(bytes.count))
        for _ in 0..<4 {
            let pieces = (0..<200).map { _ in Int.random(in: 1...largest, using: &random) }
            #expect(Recording(bytes, pieces: pieces) == whole)
        }
    }

    @Test("damaged input never crashes the parser and is judged the same however it is cut")
    func damagedInput() {
        var random = SeededGenerator(seed: 42)
        let cases = CorpusCase.all.filter { $0.bytes.count < 500 }
        for _ in 0..<1500 {
            guard let item = cases.randomElement(using: &random) else { return }
            var bytes = item.bytes + Self.second
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default:
                    bytes.insert([0x0D, 0x0A, 0x20, 0x3A, 0x00, 0x2C].randomElement(using: &random) ?? 0, at: index)
                }
            }
            var pieces: [Int] = []
            while pieces.count < 100 { pieces.append(Int.random(in: 1...20, using: &random)) }
            #expect(Recording(bytes, pieces: pieces) == Recording(bytes, pieces: []))
        }
    }

    @Test("content arrives whole whatever the chunks")
    func chunks() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<50 {
            let content = (0..<Int.random(in: 0...5000, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            var bytes = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
            var rest = content[...]
            while !rest.isEmpty {
                let chunk = rest.prefix(Int.random(in: 1...700, using: &random))
                rest = rest.dropFirst(chunk.count)
                bytes += Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + [13, 10]
            }
            bytes += Array("0\r\n\r\n".utf8)
            let recording = Recording(bytes, pieces: (0..<2000).map { _ in Int.random(in: 1...9, using: &random) })
            #expect(recording.messages.map(\.content) == [content])
            #expect(recording.messages.last?.isComplete == true)
        }
    }
}
